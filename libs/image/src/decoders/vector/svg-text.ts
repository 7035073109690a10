import type { CodeRange } from './read-cmap.ts';

const textStart = /<(?:[\w.-]+:)?text\b/;

/** Whether an SVG has text to draw. */
export function hasTextElements(svg: string): boolean {
  return textStart.test(svg);
}

/**
 * What selects, changes or joins the emoji beside it: variation selectors, skin tones, the tags of a flag, a keycap's frame. Fonts
 * make one glyph of it and the emoji, and where another font makes two, resvg draws boxes instead (see `patch-font.ts`).
 */
const modifiers =
  /(?<=\p{Emoji}\u{FE0F}?)(?:\u{20E3}|[\u{1F3FB}-\u{1F3FF}]|[\u{E0020}-\u{E007F}]+)|\u{200D}(?=\p{Extended_Pictographic})|\p{Variation_Selector}/gu;

/**
 * The text as one character for each glyph that is drawn, as far as can be: letters are composed with their accents (NFC), and
 * an emoji loses what modifies it, so that 👍🏽 is drawn as 👍 and 👩‍💻 as 👩 and 💻.
 */
export function withoutModifiers(text: string): string {
  return text.normalize('NFC').replace(modifiers, '');
}

/** Puts the characters for references by number beyond ASCII; the others may mean markup. */
export function withoutReferences(svg: string): string {
  return svg.replaceAll(/&#(?:x([\da-f]{1,6})|(\d{1,7}));/gi, (written, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const isCharacter = code > 0x9f && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : written;
  });
}

/** What is written between the tags of an SVG's text elements. */
export function textsOf(svg: string): string {
  const texts: string[] = [];
  // Each part begins within a start tag.
  for (const part of svg.split(/<(?:[\w.-]+:)?text\b/).slice(1)) {
    const end = part.search(/<\/(?:[\w.-]+:)?text\s*>/);
    texts.push(part.slice(part.indexOf('>') + 1, end < 0 ? undefined : end));
  }
  return texts.join(' ').replaceAll(/<!--[^]*?-->|<[^<>]*>/g, ' ');
}

/** Nothing is to be seen of these: white space, controls, joiners. */
const unseen = /[\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

/** Whether a text has a character that none of the fonts has a glyph for. */
export function lacksGlyphs(text: string, coverage: () => CodeRange[][]): boolean {
  // Each of the fonts has ASCII, or stands beside one that has.
  const others = new Set([...text].filter((letter) => letter > '~' && !unseen.test(letter)));
  if (others.size === 0) return false;
  const ranges = coverage().flat();
  return [...others].some((letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return !ranges.some(([first, last]) => first <= code && code <= last);
  });
}
