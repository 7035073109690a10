import { XMLParser, XMLValidator } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // The parts we read contain no entities, and no answer may define its own.
  processEntities: false,
});

/**
 * Returns OSS's code in an error document; empty if the text is not one, such as the page of a
 * proxy in between.
 */
export function readErrorCode(text: string): string {
  const code = textOf(childOf(readRoot(text, 'Error'), 'Code'));
  return /^[A-Za-z]+$/.test(code) ? code : '';
}

/** An object as a listing describes it. */
export interface ListedObject {
  readonly objectKey: string;
  /** Unquoted, upper-case. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
}

/** A page of a listing, in byte order of the keys. */
export interface ListedPage {
  readonly objects: readonly ListedObject[];
  /** The token of the next page; null after the last. A page may be short without being the last. */
  readonly nextToken: string | null;
}

/**
 * Reads a ListObjectsV2 answer with `encoding-type=url`. Slices the text by its elements instead of parsing it, which would
 * take ten times as long: a large bucket has a thousand pages.
 * @throws Error if the text is not a complete answer of this kind: missing keys would count as absent
 */
export function readListing(text: string): ListedPage {
  const root = text.replace(/^(<\?xml[^>]*\?>)?\s*/, '').trimEnd();
  const isWhole = root.endsWith('</ListBucketResult>') || /^<ListBucketResult[^<>]*\/>$/.test(root);
  if (!isWhole || !/^<ListBucketResult[\s/>]/.test(root)) throw incomplete();
  const objects: ListedObject[] = [];
  let rest = '';
  let end = 0;
  for (let start = root.indexOf('<Contents>'); start >= 0; start = root.indexOf('<Contents>', end)) {
    rest += root.slice(end, start);
    end = root.indexOf('</Contents>', start);
    if (end < 0) throw incomplete();
    objects.push(readListedObject(root.slice(start, end)));
  }
  rest += root.slice(end);
  const count = cutElement(rest, 'KeyCount');
  if (count !== '' && Number(count) !== objects.length) throw incomplete();
  const isTruncated = cutElement(rest, 'IsTruncated') === 'true';
  const nextToken = cutElement(rest, 'NextContinuationToken');
  if (isTruncated && nextToken === '') throw new Error('the list is truncated but has no continuation token');
  return { objects, nextToken: isTruncated ? nextToken : null };
}

function readListedObject(text: string): ListedObject {
  const objectKey = decodeURIComponent(cutElement(text, 'Key'));
  if (objectKey === '') throw incomplete();
  return {
    objectKey,
    etag: cutElement(text, 'ETag')
      .replaceAll(/"|&(?:quot|#34|#x22);/gi, '')
      .toUpperCase(),
    sizeBytes: Number(cutElement(text, 'Size')),
    lastModified: new Date(cutElement(text, 'LastModified')),
  };
}

function incomplete(): Error {
  return new Error('the list of keys is not a complete ListBucketResult');
}

/** The text of the first element of this name, which has neither attributes nor children; empty if there is none. */
function cutElement(text: string, name: string): string {
  const start = text.indexOf(`<${name}>`);
  const end = text.indexOf(`</${name}>`, start);
  return start < 0 || end < 0 ? '' : text.slice(start + name.length + 2, end);
}

/**
 * Returns the root element with this name; undefined if the text is not a complete document with
 * it.
 */
function readRoot(text: string, name: string): unknown {
  if (XMLValidator.validate(text) !== true) return undefined;
  return childOf(parser.parse(text), name);
}

function childOf(element: unknown, name: string): unknown {
  return typeof element === 'object' && element !== null
    ? new Map(Object.entries(element)).get(name)
    : undefined;
}

function textOf(element: unknown): string {
  return typeof element === 'string' ? element : '';
}
