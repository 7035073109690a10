import { findTable } from './read-cmap.ts';

/**
 * Two changes to a font in memory, for how resvg falls back: it shapes the whole text with each font and puts the glyphs of
 * one in place of another's missing ones, one for one.
 */

/** Features that make one glyph of several characters. A font may do without these; Arabic needs "rlig" for lam and alef. */
const optional = ['liga', 'ccmp', 'clig', 'dlig', 'calt'];

/**
 * Turns off the font's ligatures, by a feature name that nothing requests (OpenType 1.9, "GSUB" and
 * "Feature List Table"). With them "office 😀" has fewer glyphs in one font than in the other, and
 * resvg draws a box for the emoji.
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

/** What an emoji font has before "General Punctuation", other than space: digits and signs that are parts of emoji. */
const [latinStart, latinEnd] = [0x21, 0x2000];

/**
 * Takes digits and signs out of the emoji font's cmap of format 12: resvg draws a whole text in a font that has all of
 * it, and "2024 😀" in emoji digits. The space stays, without which what is not seen would be left out, and not count.
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
