import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { refusal } from './refusals.js';

/** An XML element: its name, and its text or children. */
export type XmlElement = readonly [name: string, content: string | number | boolean | readonly XmlElement[]];

/** Serializes a document. */
export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root)}`;
}

function writeElement([name, content]: XmlElement): string {
  const inner = Array.isArray(content) ? content.map(writeElement).join('') : escapeText(String(content));
  return `<${name}>${inner}</${name}>`;
}

function escapeText(text: string): string {
  // XML 1.0 allows no control characters, not even as character references, so strict clients can list such keys only
  // with encoding-type=url, as with OSS. Lenient clients decode the reference and would otherwise lose the character.
  return text.replaceAll(/[&<>"'\p{Cc}]/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

const parser = new XMLParser({
  parseTagValue: false,
  // Keys may begin or end with spaces.
  trimValues: false,
  tagValueProcessor: (name, value) => decodeReferences(exactNames.has(name) ? value : value.trim()),
  processEntities: false,
  isArray: (name) => listNames.has(name),
});
const exactNames = new Set(['Key', 'Value']);
const listNames = new Set(['Object', 'Part']);

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * XML writers may use numeric character references: Go's encodes a quote as `&#34;`. The Python and Go SDKs also use
 * them for control characters, which XML forbids and the parser would drop, but OSS accepts.
 */
function decodeReferences(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi,
    (reference, hex, decimal, name) => {
      if (name !== undefined) return named[String(name).toLowerCase()] ?? reference;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : reference;
    },
  );
}

/**
 * Reads the root element of a document. `Object` and `Part` elements become arrays; all texts are strings.
 * @throws OssRefusal MalformedXML
 */
export function readXml(text: string, rootName: string): Record<string, unknown> {
  // OSS accepts no document type; refusing it also prevents entity attacks.
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) throw refusal('MalformedXML');
  const document: unknown = parser.parse(text);
  const root = recordOf(document)[rootName];
  return root === '' ? {} : recordOf(root);
}

/** @throws OssRefusal MalformedXML if `value` is not an element with children */
export function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal('MalformedXML');
  return Object.fromEntries(Object.entries(value));
}
