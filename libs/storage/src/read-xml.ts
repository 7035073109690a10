import { XMLParser, XMLValidator } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // What we read of an answer has none, and no answer may define its own.
  processEntities: false,
  isArray: (name) => name === 'Contents',
});

/** OSS's code in an error document; empty when the text is none, as that of a proxy between us. */
export function readErrorCode(text: string): string {
  const code = textOf(childOf(readRoot(text, 'Error'), 'Code'));
  return /^[A-Za-z]+$/.test(code) ? code : '';
}

/**
 * The keys of a ListObjectsV2 answer with `encoding-type=url`.
 * @throws Error when it is no such answer, or not a whole one: what is missing would count as not being there
 */
export function readListedKeys(text: string): string[] {
  const root = readRoot(text, 'ListBucketResult');
  if (root === undefined) throw new Error('the list of keys is not a complete ListBucketResult');
  const contents = childOf(root, 'Contents');
  const items: unknown[] = Array.isArray(contents) ? contents : [];
  return items.map((item) => decodeURIComponent(textOf(childOf(item, 'Key'))));
}

/** The root element with this name; undefined when the text is not a whole document with it. */
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
