/** An inclusive range of code points that a font has glyphs for. */
export type CodeRange = readonly [first: number, last: number];

/**
 * Reads the code points for which a TrueType or OpenType font has a glyph (OpenType 1.9, "cmap"): from the format 12
 * subtable, which covers all of Unicode, else from format 4. The fonts are our own, so invalid data throws a RangeError
 * or an Error.
 */
export function readCmap(font: Uint8Array): CodeRange[] {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const cmapAt = findTable(view, 'cmap');
  // Each encoding record: platform, encoding, offset of its subtable.
  const subtables = Array.from({ length: view.getUint16(cmapAt + 2) }, (_, index) => {
    const at = cmapAt + view.getUint32(cmapAt + 4 + index * 8 + 4);
    return { at, format: view.getUint16(at) };
  });
  const full = subtables.find(({ format }) => format === 12);
  if (full) return readGroups(view, full.at);
  const basic = subtables.find(({ format }) => format === 4);
  if (basic) return readSegments(view, basic.at);
  throw new Error('the font has no cmap of format 4 or 12');
}

/** Finds the offset of a table in the table directory: a 12-byte header, then tag, checksum, offset and length per table. */
export function findTable(view: DataView, wanted: string): number {
  for (let index = 0; index < view.getUint16(4); index += 1) {
    const at = 12 + index * 16;
    const tag = String.fromCodePoint(...[0, 1, 2, 3].map((place) => view.getUint8(at + place)));
    if (tag === wanted) return view.getUint32(at + 8);
  }
  throw new Error(`the font has no table ${wanted}`);
}

/** Format 12: groups of first code point, last code point and first glyph. */
function readGroups(view: DataView, at: number): CodeRange[] {
  return Array.from({ length: view.getUint32(at + 12) }, (_, index): CodeRange => {
    const group = at + 16 + index * 12;
    // A group that starts with glyph 0 has no glyph for its first code point.
    const first = view.getUint32(group) + (view.getUint32(group + 8) === 0 ? 1 : 0);
    return [first, view.getUint32(group + 4)];
  }).filter(([first, last]) => first <= last);
}

/** Format 4: four 16-bit arrays with padding after the first, then the glyphs that the fourth array points to. */
function readSegments(view: DataView, at: number): CodeRange[] {
  const bytes = view.getUint16(at + 6);
  const ranges: CodeRange[] = [];
  for (let index = 0; index < bytes; index += 2) {
    const last = view.getUint16(at + 14 + index);
    const first = view.getUint16(at + 16 + bytes + index);
    const delta = view.getUint16(at + 16 + 2 * bytes + index);
    const offsetAt = at + 16 + 3 * bytes + index;
    const offset = view.getUint16(offsetAt);
    for (let code = first; code <= last && code < 0xffff; code += 1) {
      const listed = offset === 0 ? code : view.getUint16(offsetAt + offset + (code - first) * 2);
      const glyph = offset !== 0 && listed === 0 ? 0 : (listed + delta) & 0xffff;
      if (glyph === 0) continue;
      const latest = ranges.at(-1);
      if (latest && latest[1] === code - 1) ranges[ranges.length - 1] = [latest[0], code];
      else ranges.push([code, code]);
    }
  }
  return ranges;
}
