import type { CodeRange } from './read-cmap.ts';

const textStart = /<(?:[\w.-]+:)?text\b/;

/** Whether an SVG has text elements. */
export function hasTextElements(svg: string): boolean {
  return textStart.test(svg);
}

/**
 * Characters that modify or join emoji: variation selectors, skin tones, flag tags, the keycap frame, joiners. Fonts
 * combine them with the emoji into one glyph; if another font has two glyphs for them, resvg draws boxes instead (see
 * `patch-font.ts`).
 */
const modifiers =
  /(?<=\p{Emoji}\u{FE0F}?)(?:\u{20E3}|[\u{1F3FB}-\u{1F3FF}]|[\u{E0020}-\u{E007F}]+)|\u{200D}(?=\p{Extended_Pictographic})|\p{Variation_Selector}/gu;

/**
 * Normalises a text to one character per drawn glyph where possible: letters are composed with their accents (NFC), and
 * emoji lose their modifiers, so that 👍🏽 is drawn as 👍 and 👩‍💻 as 👩 and 💻.
 */
export function withoutModifiers(text: string): string {
  return text.normalize('NFC').replace(modifiers, '');
}

/** Replaces numeric character references above U+009F by their characters; lower ones may stand for markup. */
export function withoutReferences(svg: string): string {
  return svg.replaceAll(/&#(?:x([\da-f]{1,6})|(\d{1,7}));/gi, (written, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const isCharacter = code > 0x9f && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : written;
  });
}

/** The text content of an SVG's text elements. */
export function textsOf(svg: string): string {
  const texts: string[] = [];
  // Each part begins inside a start tag.
  for (const part of svg.split(/<(?:[\w.-]+:)?text\b/).slice(1)) {
    const end = part.search(/<\/(?:[\w.-]+:)?text\s*>/);
    texts.push(part.slice(part.indexOf('>') + 1, end < 0 ? undefined : end));
  }
  return texts.join(' ').replaceAll(/<!--[^]*?-->|<[^<>]*>/g, ' ');
}

/** Invisible characters: white space, controls, joiners. */
const unseen = /[\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

/** Whether a text contains a character for which no font has a glyph. */
export function lacksGlyphs(text: string, coverage: () => CodeRange[][]): boolean {
  // ASCII is always covered by at least one of the fonts.
  const others = new Set([...text].filter((letter) => letter > '~' && !unseen.test(letter)));
  if (others.size === 0) return false;
  const ranges = coverage().flat();
  return [...others].some((letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return !ranges.some(([first, last]) => first <= code && code <= last);
  });
}
