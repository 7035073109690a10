import { XMLParser, XMLValidator } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // The parts we read contain no entities, and no answer may define its own.
  processEntities: false,
  isArray: (name) => name === 'Contents',
});

/**
 * Returns OSS's code in an error document; empty if the text is not one, such as the page of a
 * proxy in between.
 */
export function readErrorCode(text: string): string {
  const code = textOf(childOf(readRoot(text, 'Error'), 'Code'));
  return /^[A-Za-z]+$/.test(code) ? code : '';
}

/**
 * The keys of a ListObjectsV2 answer with `encoding-type=url`.
 * @throws Error if the text is not a complete answer of this kind: missing keys would count as
 * absent
 */
export function readListedKeys(text: string): string[] {
  const root = readRoot(text, 'ListBucketResult');
  if (root === undefined) throw new Error('the list of keys is not a complete ListBucketResult');
  const contents = childOf(root, 'Contents');
  const items: unknown[] = Array.isArray(contents) ? contents : [];
  return items.map((item) => decodeURIComponent(textOf(childOf(item, 'Key'))));
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
