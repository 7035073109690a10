import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element's children by name, or its text. */
type XmlContent = string | XmlChildren | XmlContent[];
export interface XmlChildren {
  readonly [name: string]: XmlContent | undefined;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  tagValueProcessor: (_, text) => decodeReferences(text),
});

/**
 * Returns the children of the root element; undefined if the text is not a complete document with this root. Refuses
 * DOCTYPE declarations, and with them custom entities.
 */
export function readXmlRoot(text: string, name: string): XmlChildren | undefined {
  if (text.includes('<!') && text.replaceAll(/<!(?:--|\[CDATA\[)/g, '').includes('<!')) return undefined;
  if (XMLValidator.validate(text) !== true) return undefined;
  const root = contentOf(parseDocument(text), name);
  if (root === '') return {};
  return typeof root === 'object' && !Array.isArray(root) ? root : undefined;
}

/** Empty for documents that pass the validator but not the parser: too deep, or with an unsafe name. */
function parseDocument(text: string): XmlChildren {
  try {
    return parser.parse(text) as XmlChildren;
  } catch {
    return {};
  }
}

/** The text of a child; empty if it is absent or has none. */
export function xmlText(parent: XmlChildren, name: string): string {
  const content = contentOf(parent, name);
  return typeof content === 'string' ? content : '';
}

/** All children of this name that have children themselves. */
export function xmlElements(parent: XmlChildren, name: string): XmlChildren[] {
  return contentsOf(parent, name).filter(
    (content): content is XmlChildren => typeof content === 'object' && !Array.isArray(content),
  );
}

/** The texts of all children of this name. */
export function xmlTexts(parent: XmlChildren, name: string): string[] {
  return contentsOf(parent, name).filter((content) => typeof content === 'string');
}

function contentOf(parent: XmlChildren, name: string): XmlContent | undefined {
  return Object.hasOwn(parent, name) ? parent[name] : undefined;
}

function contentsOf(parent: XmlChildren, name: string): XmlContent[] {
  const content = contentOf(parent, name);
  if (content === undefined) return [];
  return Array.isArray(content) ? content : [content];
}

/** Escapes the characters with a special meaning in XML. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function decodeReferences(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (reference, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return named[name] ?? reference;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : reference;
    },
  );
}
