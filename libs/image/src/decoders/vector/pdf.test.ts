import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { distance, limits, makeFolder, quarters } from '../../fixtures/image.fixture.js';
import { codeOf, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** The least that is a PDF: pages of one size, the first with these drawing commands. */
function pdf(commands: string, { size = '300 200', pages = 1, catalog = '', filter = '' } = {}): string {
  const kids = Array.from({ length: pages }, (_, index) => `${index === 0 ? 3 : 5} 0 R`).join(' ');
  return [
    '%PDF-1.7',
    `1 0 obj<</Type/Catalog/Pages 2 0 R${catalog}>>endobj`,
    `2 0 obj<</Type/Pages/Kids[${kids}]/Count ${pages}>>endobj`,
    `3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${size}]/Contents 4 0 R>>endobj`,
    `4 0 obj<</Length ${commands.length}${filter}>>stream\n${commands}\nendstream endobj`,
    `5 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${size}]>>endobj`,
    'trailer<</Root 1 0 R/Size 6>>',
    '%%EOF',
  ].join('\n');
}

const fill = (color: string, at: string) => `${color} rg ${at} re f`;
const page = [
  fill('1 0 0', '0 100 150 100'),
  fill('0 1 0', '150 100 150 100'),
  fill('0 0 1', '0 0 150 100'),
].join(' ');

describe('a PDF', () => {
  it('is drawn by its first page, on white', async () => {
    const { file, ...opened } = await openBytes(folder, pdf(page, { pages: 3 }));
    expect(opened).toEqual({
      format: 'pdf',
      mimeType: 'application/pdf',
      reported: { width: 300, height: 200, frames: 3 },
      warnings: [],
    });
    const { width, height } = await sharp(file).metadata();
    expect([width, Math.abs(height - 1365) <= 1]).toEqual([2048, true]);
    const drawn = sharp(file).removeAlpha().resize(300, 200);
    const wanted = quarters(
      [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
        [255, 255, 255],
      ],
      300,
      200,
    );
    expect(await distance(drawn, wanted)).toBeLessThan(8);
  });

  it('of a vast page is drawn within bounds', async () => {
    const { file } = await openBytes(folder, pdf(page, { size: '14400 144' }), {
      ...limits,
      maxPixels: 10_000,
    });
    const { width, height } = await sharp(file).metadata();
    expect(width * height).toBeLessThan(11_000);
  });

  it('fetches nothing and runs nothing', async () => {
    const calls: string[] = [];
    const server = createServer(({ url }, response) => response.end(calls.push(url ?? '')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`;
    const actions = [
      `<</S/URI/URI(${at})>>`,
      `<</S/JavaScript/JS(app.launchURL("${at}"))>>`,
      `<</S/Launch/F(${at})>>`,
    ];
    for (const action of actions)
      expect(await codeOf(folder, pdf(page, { catalog: `/OpenAction${action}` }))).toBe('opened');
    server.close();
    expect(calls).toEqual([]);
  });
});

describe('a bad PDF', () => {
  it.each([
    ['only its first line', '%PDF-1.7\n', 'media.damaged'],
    ['no pages', pdf(page, { pages: 0 }), 'media.damaged'],
    ['junk', `%PDF-1.7\n${'x'.repeat(100_000)}`, 'media.damaged'],
    ['a page of no size', pdf(page, { size: '0 0' }), 'opened'],
    [
      'a lock',
      pdf(page).replace(
        '/Size 6',
        '/Size 6/Encrypt<</Filter/Standard/V 1/R 2/O(12345678901234567890123456789012)/U(12345678901234567890123456789012)/P -4>>/ID[(a)(a)]',
      ),
      'media.unsupported',
    ],
    ['pages within pages', pdf(page).replace('/Kids[3 0 R]', '/Kids[2 0 R]'), 'media.damaged'],
  ])('with %s ends as it should', async (_, text, code) => {
    expect(await codeOf(folder, text)).toBe(code);
  });

  it('truncated at any tenth is damaged or drawn as far as it goes', async () => {
    const whole = pdf(page);
    for (let tenth = 1; tenth < 10; tenth++) {
      const code = await codeOf(folder, whole.slice(0, Math.floor((whole.length * tenth) / 10)));
      expect(code).toBeOneOf(['media.damaged', 'opened']);
    }
  });

  it('that unfolds to more than a decoder has memory for is refused', async () => {
    const bomb = deflateSync(Buffer.alloc(420 * 1024 ** 2, ' '), { level: 1 }).toString('latin1');
    const file = Buffer.from(pdf(bomb, { filter: '/Filter/FlateDecode' }), 'latin1');
    expect(await codeOf(folder, file)).toBe('media.too_complex');
    expect(await codeOf(folder, pdf(page))).toBe('opened');
  });

  it('of more layers than a decoder has memory for is refused, not drawn without them', async () => {
    const form = (index: number) =>
      `${index} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 300 200]/Group<</S/Transparency/I true>>` +
      `/Resources<</XObject<</I ${index + 1} 0 R>>/ExtGState<</G<</ca 0.5>>>>>>/Length 33>>stream\n` +
      '/G gs 0 0 300 200 re f /I Do      \nendstream endobj';
    const layers = (count: number) =>
      pdf('/I Do')
        .replace('/Contents 4 0 R', '/Contents 4 0 R/Resources<</XObject<</I 6 0 R>>>>')
        .replace(
          'trailer',
          [...Array.from({ length: count }, (_, index) => form(6 + index)), 'trailer'].join('\n'),
        );
    expect(await codeOf(folder, layers(60))).toBe('media.too_complex');
    expect(await codeOf(folder, layers(5))).toBe('opened');
  });

  it('that draws for longer than allowed is ended', async () => {
    const slow = pdf(`q ${'0 0 300 200 re f '.repeat(500_000)} Q`);
    expect(await codeOf(folder, slow, { ...limits, timeoutMs: 1_000 })).toBe('media.timed_out');
    expect(await codeOf(folder, pdf(page))).toBe('opened');
  });
});
