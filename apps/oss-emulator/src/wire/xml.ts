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
  // Unescaped control characters would be lost or refused.
  return text.replaceAll(/[&<>"'\p{Cc}]/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

const parser = new XMLParser({
  parseTagValue: false,
  // A key may begin or end with spaces.
  trimValues: false,
  tagValueProcessor: (name, value) => (exactNames.has(name) ? value : value.trim()),
  // Also enables numeric references, which every XML writer may use: Go's writes a quote as
  // `&#34;`.
  htmlEntities: true,
  isArray: (name) => listNames.has(name),
});
const exactNames = new Set(['Key', 'Value']);
const listNames = new Set(['Object', 'Part']);

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
