import { describe, expect, it } from 'vitest';
import { readCmap } from './read-cmap.js';
import { withoutLatin } from './patch-font.js';
import { fontsForMark, fontsForSvg } from './product-fonts.js';

const words = (...values: number[]) => values.flatMap((value) => [(value >> 8) & 255, value & 255]);
const longs = (...values: number[]) => values.flatMap((value) => words(value >>> 16, value & 0xffff));

/** A font of one table, a cmap with these subtables. */
function fontOf(...subtables: number[][]): Uint8Array {
  const header = words(0, subtables.length);
  let at = 4 + subtables.length * 8;
  for (const subtable of subtables) {
    header.push(...words(3, 10), ...longs(at));
    at += subtable.length;
  }
  const directory = [...longs(0x10000), ...words(1, 0, 0, 0), ...Buffer.from('cmap'), ...longs(0, 28, at)];
  return new Uint8Array([...directory, ...header, ...subtables.flat()]);
}

function groups(...rows: [first: number, last: number, glyph: number][]): number[] {
  return [...words(12, 0), ...longs(16 + rows.length * 12, 0, rows.length, ...rows.flat())];
}

/** Three segments: glyphs by a step, glyphs by a list that has none for its second, and the end. */
const segments = [
  ...words(4, 44, 0, 6, 0, 0, 0),
  ...words(0x42, 0x52, 0xffff),
  ...words(0),
  ...words(0x41, 0x50, 0xffff),
  ...words(0x10000 - 0x40, 10, 1),
  ...words(0, 4, 0),
  ...words(5, 0, 7),
];

describe('a cmap', () => {
  it('of format 12 is read by its groups', () => {
    const font = fontOf(segments, groups([0, 9, 0], [0x4e00, 0x9fff, 20], [0x1f600, 0x1f601, 3]));
    expect(readCmap(font)).toEqual([
      [1, 9],
      [0x4e00, 0x9fff],
      [0x1f600, 0x1f601],
    ]);
  });

  it('of format 4 is read by its segments', () => {
    expect(readCmap(fontOf(segments))).toEqual([
      [0x41, 0x42],
      [0x50, 0x50],
      [0x52, 0x52],
    ]);
  });

  it('of another format, or none, is an error', () => {
    expect(() => readCmap(fontOf(words(6, 0)))).toThrow('no cmap of format 4 or 12');
    expect(() => readCmap(new Uint8Array(12))).toThrow('no table cmap');
    expect(() => readCmap(new Uint8Array(3))).toThrow(RangeError);
  });

  it('loses digits and signs, and keeps the space and the emoji', () => {
    const font = fontOf(
      groups([0x20, 0x20, 3], [0x23, 0x23, 4], [0x30, 0x39, 5], [0x2049, 0x2049, 30], [0x1f600, 0x1f64f, 40]),
    );
    withoutLatin(font);
    const left = [
      [0x20, 0x20],
      [0x2049, 0x2049],
      [0x1f600, 0x1f64f],
    ];
    expect(readCmap(font)).toEqual(left);
    withoutLatin(font);
    expect(readCmap(font)).toEqual(left);
  });
});

/** Every character of two bytes that an encoding has. */
function charactersOf(encoding: string, leads: [number, number], trails: [number, number]): number[] {
  const decoder = new TextDecoder(encoding);
  const codes = new Set<number>();
  for (let lead = leads[0]; lead <= leads[1]; lead += 1) {
    for (let trail = trails[0]; trail <= trails[1]; trail += 1) {
      const [letter = '', more] = decoder.decode(new Uint8Array([lead, trail]));
      const code = letter.codePointAt(0) ?? 0;
      if (more === undefined && !/[\p{Co}\uFFFD]/u.test(letter)) codes.add(code);
    }
  }
  return [...codes];
}

const every = (pattern: RegExp) =>
  Array.from({ length: 0x2_0000 }, (_, code) => code).filter((code) =>
    pattern.test(String.fromCodePoint(code)),
  );

describe.each([
  ['of an SVG', fontsForSvg],
  ['of a watermark', fontsForMark],
])('the fonts %s', (_, read) => {
  it.each([
    ['GB 2312', () => charactersOf('gbk', [0xb0, 0xf7], [0xa1, 0xfe]), 6_763],
    ['Big5', () => charactersOf('big5', [0xa4, 0xf9], [0x40, 0xfe]), 13_000],
    ['kana', () => every(/[ぁ-ゖァ-ヺ]/u), 176],
    ['emoji', () => every(/\p{Emoji_Presentation}/u), 1_200],
    ['Latin', () => every(/[ -~¡-ſ]/u).filter((code) => code !== 0xad), 280],
    ['Cyrillic', () => every(/[Ѐ-ӿ]/u), 256],
    ['Greek', () => every(/[Α-ΡΣ-ώ]/u), 60],
    ['Hebrew', () => every(/[א-ת]/u), 27],
  ])('have all of %s', async (_name, list, least) => {
    const codes = list();
    expect(codes.length).toBeGreaterThanOrEqual(least);
    const ranges = (await read('')).coverage().flat();
    const lacking = codes.filter((code) => !ranges.some(([first, last]) => first <= code && code <= last));
    expect(lacking.map((code) => String.fromCodePoint(code))).toEqual([]);
  });
});

it('the bold fonts are read only where they may be meant', async () => {
  const [plain, bold] = await Promise.all([fontsForSvg('你好'), fontsForSvg('<text font-weight="600">')]);
  expect(plain.bytes).toBeLessThan(10.5 * 1024 ** 2);
  expect(bold.bytes).toBeGreaterThan(plain.bytes + 8 * 1024 ** 2);
});
