import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';
import { decodeText } from './tag-text.js';

/** Text, a list, or a structure of such values. */
export type XmpValue = string | readonly XmpValue[] | { readonly [name: string]: XmpValue };

/** Properties by prefix and name, such as 'dc:title'. */
export type XmpTags = ReadonlyMap<string, XmpValue>;

/** Twice the maximum in a JPEG. No packet of this size takes longer than 60 ms to parse, whatever its content (measured). */
const maxBlockBytes = 131_072;
const maxDepth = 16;
const maxItems = 500;

/** The standard prefixes of the namespaces; a document may use others. */
const prefixes: Readonly<Record<string, string>> = {
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://ns.adobe.com/xap/1.0/': 'xmp',
  'http://ns.adobe.com/xap/1.0/rights/': 'xmpRights',
  'http://ns.adobe.com/photoshop/1.0/': 'photoshop',
  'http://ns.adobe.com/tiff/1.0/': 'tiff',
  'http://ns.adobe.com/exif/1.0/': 'exif',
  'http://cipa.jp/exif/1.0/': 'exifEX',
  'http://ns.adobe.com/exif/1.0/aux/': 'aux',
  'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/': 'Iptc4xmpCore',
  'http://iptc.org/std/Iptc4xmpExt/2008-02-29/': 'Iptc4xmpExt',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
};

/**
 * Reads an XMP packet as sharp returns it (ISO 16684-1, chapter 7). Never fails: a packet that is not well-formed
 * yields no tags, and so does one with a DOCTYPE, because its only use here would be an entity attack.
 */
export function readXmpTags(packet: Buffer | undefined): XmpTags {
  const tags = new Map<string, XmpValue>();
  if (!packet || packet.length > maxBlockBytes) return tags;
  const rdf = parse(decodeText(packet));
  if (!rdf) return tags;
  const nameOf = namer(rdf);
  for (const description of elementsOf(rdf)) {
    for (const [name, value] of Object.entries(fieldsOf(description, nameOf, 0))) {
      if (tags.size < maxItems && !tags.has(name)) tags.set(name, value);
    }
  }
  return tags;
}

/** The element rdf:RDF, at the root or within x:xmpmeta. */
function parse(text: string): XmlElement | null {
  if (text.includes('<!DOCTYPE')) return null;
  try {
    // The parser's own normalisation of carriage returns takes quadratic time.
    const { root } = parseXml(text.replaceAll(/\r\n?/g, '\n'));
    if (!root || root.name === 'rdf:RDF') return root;
    return elementsOf(root).find(({ name }) => name === 'rdf:RDF') ?? null;
  } catch {
    // Not well-formed; the position and reason are of no use to anyone.
    return null;
  }
}

type NameOf = (name: string) => string;

/** Replaces prefixes with the standard ones. In practice namespaces are declared on rdf:RDF or on its descriptions. */
function namer(rdf: XmlElement): NameOf {
  const known = new Map<string, string>();
  for (const element of [rdf, ...elementsOf(rdf)]) {
    for (const [name, uri] of Object.entries(element.attributes)) {
      const prefix = prefixes[uri];
      if (name.startsWith('xmlns:') && prefix) known.set(name.slice('xmlns:'.length), prefix);
    }
  }
  return (name) => {
    const colon = name.indexOf(':');
    const prefix = known.get(name.slice(0, Math.max(0, colon)));
    return prefix ? `${prefix}${name.slice(colon)}` : name;
  };
}

const elementsOf = (parent: XmlElement) => parent.children.filter((child) => child instanceof XmlElement);

/** Attributes and child elements of a description are equivalent. */
function fieldsOf(element: XmlElement, nameOf: NameOf, depth: number): Record<string, XmpValue> {
  const fields: [string, XmpValue][] = Object.entries(element.attributes)
    .map(([name, value]): [string, XmpValue] => [nameOf(name), value.trim()])
    .filter(([name, value]) => !/^(?:xmlns|xml|rdf)(?::|$)/.test(name) && value !== '');
  for (const child of elementsOf(element).slice(0, maxItems)) {
    const value = valueOf(child, nameOf, depth + 1);
    if (value !== null) fields.push([nameOf(child.name), value]);
  }
  return Object.fromEntries(fields);
}

/** Null if the element is empty or nested too deeply. */
function valueOf(element: XmlElement, nameOf: NameOf, depth: number): XmpValue | null {
  if (depth > maxDepth) return null;
  const [first] = elementsOf(element);
  const kind = first ? nameOf(first.name) : null;
  if (first && kind === 'rdf:Alt') return chooseLanguage(elementsOf(first), nameOf, depth);
  if (first && (kind === 'rdf:Bag' || kind === 'rdf:Seq')) {
    const items = elementsOf(first).slice(0, maxItems);
    return items.map((item) => valueOf(item, nameOf, depth + 1)).filter((item) => item !== null);
  }
  const structure = fieldsOf(first && kind === 'rdf:Description' ? first : element, nameOf, depth);
  if (Object.keys(structure).length > 0) return structure;
  return textOf(element) || null;
}

/** A text in several languages: chooses the default one, else the first. */
function chooseLanguage(items: readonly XmlElement[], nameOf: NameOf, depth: number): XmpValue | null {
  const chosen = items.find(({ attributes }) => attributes['xml:lang'] === 'x-default') ?? items[0];
  return chosen ? valueOf(chosen, nameOf, depth + 1) : null;
}

function textOf({ children }: XmlElement): string {
  return children
    .map((child) => (child instanceof XmlText ? child.text : ''))
    .join('')
    .trim();
}
