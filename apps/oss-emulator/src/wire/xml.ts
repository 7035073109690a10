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
  // XML 1.0 has no control characters, not even as references: strict clients read such a key only
  // with encoding-type=url, as of OSS. Lenient ones read the reference, and would lose the character.
  return text.replaceAll(/[&<>"'\p{Cc}]/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

const parser = new XMLParser({
  parseTagValue: false,
  // A key may begin or end with spaces.
  trimValues: false,
  tagValueProcessor: (name, value) => decodeReferences(exactNames.has(name) ? value : value.trim()),
  processEntities: false,
  isArray: (name) => listNames.has(name),
});
const exactNames = new Set(['Key', 'Value']);
const listNames = new Set(['Object', 'Part']);

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Every XML writer may use references of numbers: Go's writes a quote as `&#34;`. The SDKs for Python
 * and Go also write control characters so, which XML forbids and the parser would drop, but OSS takes.
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
 * Reads the document's root element; elements `Object` and `Part` are lists, all texts are strings.
 * @throws OssRefusal MalformedXML
 */
export function readXml(text: string, rootName: string): Record<string, unknown> {
  // Nothing that OSS accepts has a document type, so this refuses entity tricks.
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
