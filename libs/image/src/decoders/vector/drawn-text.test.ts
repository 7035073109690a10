import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { limits, makeFolder, never, rawOf } from '../../fixtures/image.fixture.js';
import { drawTextMark } from '../../renditions/watermark/text-mark.js';
import { openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

interface Drawn {
  pixels: Buffer;
  warnings: readonly string[];
}

/** The text in the middle of an SVG, as 256 × 64 pixels. */
async function asSvg(text: string, attributes = ''): Promise<Drawn> {
  const content = `<text x="128" y="44" font-size="32" text-anchor="middle" ${attributes}>${text}</text>`;
  const { file, warnings } = await openBytes(
    folder,
    `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="64">${content}</svg>`,
  );
  const { data } = await rawOf(sharp(file as string).resize(256, 64, { fit: 'fill' }));
  return { pixels: data, warnings };
}

async function asMark(text: string): Promise<Drawn> {
  const task = { text, color: '#ffffff', room: { width: 256, height: 64 } };
  const { png, warnings } = await drawTextMark(task, limits, never);
  const { data } = await rawOf(sharp(png).resize(256, 64, { fit: 'fill' }));
  return { pixels: data, warnings };
}

describe.each([
  ['an SVG', asSvg],
  ['a watermark', asMark],
])('the text of %s', (_, draw) => {
  it.each([
    ['Simplified Chinese', '你好，世界', '你好，时界'],
    ['Traditional Chinese', '繁體中文', '簡體中文'],
    ['Hiragana', 'ひらがな', 'ひらかな'],
    ['Katakana', 'カタカナ', 'カタカメ'],
    ['emoji', '😀', '😁'],
    ['emoji among Chinese', '你好😀', '你好🚀'],
    ['emoji among Latin with ligatures', 'office 🎉 fi', 'office 🚀 fi'],
    ['Latin', 'Grüße, Łódź', 'Grüsse, Łódź'],
    ['Cyrillic', 'Привет', 'Примет'],
    ['Greek', 'Ελλάδα', 'Ελλόδα'],
    ['Arabic', 'السلام', 'السلاح'],
    ['Arabic among Chinese', '你 السلام', '你 السلاح'],
    ['Hebrew', 'שלום', 'שלומ'],
    ['Vietnamese, its accents apart', 'Việt'.normalize('NFD'), 'Viêt'],
  ])('has glyphs for %s', async (_name, text, other) => {
    const box = '\ue123'.repeat([...text].length);
    const [drawn, others, boxes] = [await draw(text), await draw(other), await draw(box)];
    expect([drawn.warnings, others.warnings]).toEqual([[], []]);
    expect(drawn.pixels.equals(others.pixels)).toBe(false);
    expect(drawn.pixels.equals(boxes.pixels)).toBe(false);
  });

  it.each([
    ['one of no font', '你好\ue123'],
    ['one that is not assigned', '\u{3fffd}'],
    ['Hangul', '한국'],
  ])('with %s has a warning', async (_name, text) => {
    expect((await draw(text)).warnings).toEqual(['rendition.missing_glyphs']);
  });

  it.each([
    ['你好👍🏽', '你好👍'],
    ['👩‍💻', '👩💻'],
    ['好❤️', '好❤'],
    ['e\u0301 你', 'é 你'],
  ])('draws %s as %s', async (text, same) => {
    const [drawn, plain] = [await draw(text), await draw(same)];
    expect(drawn.warnings).toEqual([]);
    expect(drawn.pixels.equals(plain.pixels)).toBe(true);
  });
});

it('is drawn in the same pixels on every machine: no font of the machine is read', async () => {
  const hash = async (png: Uint8Array | string) =>
    createHash('sha256')
      .update((await rawOf(sharp(png))).data)
      .digest('hex')
      .slice(0, 16);
  const text = '你好，世界 Hi 😀 Ж';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="64"><text y="44" font-size="24">${text}</text></svg>`;
  const { file } = await openBytes(folder, svg);
  const mark = await drawTextMark(
    { text, color: '#ffffff', room: { width: 256, height: 64 } },
    limits,
    never,
  );
  expect([await hash(file), await hash(mark.png)]).toEqual(['a5526886bd974242', 'c86fc1096052852b']);
});

it('is drawn in a font of ours where an SVG names another, bold where it says so', async () => {
  const unnamed = await asSvg('你好 Landfall');
  const arial = await asSvg('你好 Landfall', 'font-family="Arial, serif"');
  expect(arial.pixels.equals(unnamed.pixels)).toBe(true);
  const ink = ({ pixels }: Drawn) => pixels.reduce((sum, value) => sum + value, 0);
  const bold = await asSvg('你好 Landfall', 'font-weight="bold"');
  expect(ink(bold)).toBeGreaterThan(1.2 * ink(unnamed));
});

it('written as references by number is the same', async () => {
  const [written, referred] = [await asSvg('你\ue123'), await asSvg('&#20320;&#xe123;')];
  expect(referred).toEqual(written);
  expect(referred.warnings).toEqual(['rendition.missing_glyphs']);
});
