import { findTable } from './read-cmap.ts';

/**
 * Two in-memory changes to a font, needed because of resvg's fallback: it shapes the whole text with each font and
 * replaces the missing glyphs of one by those of another, one for one.
 */

/** Features that form one glyph from several characters. All are optional except "rlig", which Arabic needs for lam-alef. */
const optional = ['liga', 'ccmp', 'clig', 'dlig', 'calt'];

/**
 * Disables the font's ligatures by renaming their features to a tag that nothing requests (OpenType 1.9, "GSUB" and
 * "Feature List Table"). Otherwise "office 😀" has fewer glyphs in one font than in another, and resvg draws a box for
 * the emoji.
 */
export function withoutLigatures(font: Uint8Array, alsoRequired = false): void {
  const ligating = new Set(alsoRequired ? [...optional, 'rlig'] : optional);
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const gsubAt = findTable(view, 'GSUB');
  const featuresAt = gsubAt + view.getUint16(gsubAt + 6);
  for (let index = 0; index < view.getUint16(featuresAt); index += 1) {
    const at = featuresAt + 2 + index * 6;
    const tag = Buffer.from(font.subarray(at, at + 4)).toString('latin1');
    if (ligating.has(tag)) font.set([0x78, 0x78, 0x78, 0x78], at);
  }
}

/** The range of an emoji font before "General Punctuation", without the space: digits and signs that are parts of emoji. */
const [latinStart, latinEnd] = [0x21, 0x2000];

/**
 * Removes digits and signs from the emoji font's format 12 cmap. resvg draws a text in the first font that has all of
 * it, which would draw "2024 😀" in emoji digits. The space stays: without a space glyph the shaper deletes invisible
 * characters instead of replacing them, which changes the number of glyphs.
 */
export function withoutLatin(font: Uint8Array): void {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const cmapAt = findTable(view, 'cmap');
  for (let index = 0; index < view.getUint16(cmapAt + 2); index += 1) {
    const at = cmapAt + view.getUint32(cmapAt + 4 + index * 8 + 4);
    if (view.getUint16(at) !== 12) continue;
    const groups = view.getUint32(at + 12);
    const groupAt = (group: number) => at + 16 + group * 12;
    let first = 0;
    while (first < groups && view.getUint32(groupAt(first)) < latinStart) first += 1;
    let next = first;
    while (next < groups && view.getUint32(groupAt(next) + 4) < latinEnd) next += 1;
    font.copyWithin(groupAt(first), groupAt(next), groupAt(groups));
    view.setUint32(at + 12, groups - next + first);
  }
}
