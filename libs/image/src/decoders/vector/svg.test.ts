import { LandfallError } from '#runtime';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance, limits, makeFolder, middlePixel, plain, quarters } from '../../fixtures/image.fixture.js';
import { codeOf, drawBytes, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const svg = (content: string, attributes = 'width="100" height="100"', before = '') =>
  `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${content}</svg>`;
const box = (color: string, x = 0, y = 0, side = 50) =>
  `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="${color}"/>`;

describe('an SVG', () => {
  it('is drawn as it says, larger than it is, and tells its own size', async () => {
    const content = box('#c81e1e') + box('#1ec81e', 50) + box('#1e1ec8', 0, 50) + box('#dcdc3c', 50, 50);
    const wanted = quarters(
      [
        [200, 30, 30],
        [30, 200, 30],
        [30, 30, 200],
        [220, 220, 60],
      ],
      2048,
      2048,
    );
    const { file, ...opened } = await openBytes(folder, svg(content));
    expect(opened).toEqual({
      format: 'svg',
      mimeType: 'image/svg+xml',
      reported: { width: 100, height: 100 },
      warnings: [],
    });
    expect(await distance(sharp(file).removeAlpha(), wanted)).toBeLessThan(1);
  });

  it('keeps what is transparent', async () => {
    const made = await drawBytes(
      folder,
      svg('<rect width="100" height="100" fill="#00f" opacity="0.5"/>'),
      64,
    );
    expect(await middlePixel(made)).toEqual([
      0,
      0,
      255,
      expect.toSatisfy((a: number) => Math.abs(a - 128) < 2),
    ]);
  });

  it.each([
    ['with a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n'],
    ['with a byte order mark', '\ufeff'],
    ['with comments', '<!-- a <svg> -->\n<!-- another -->'],
    [
      'with a document type',
      '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n',
    ],
    [
      'with entities of its own',
      '<!DOCTYPE svg [ <!ENTITY ns "http://example.com/"> <!ENTITY c "#ff0000"> ]>\n',
    ],
  ])('is recognised %s', async (_, before) => {
    expect(await codeOf(folder, svg(box('red'), 'width="10" height="10"', before))).toBe('opened');
  });

  it.each([
    ['no size but a view box', 'viewBox="0 0 300 150"', { width: 300, height: 150 }],
    ['a vast size', 'width="65535" height="65535"', { width: 65_535, height: 65_535 }],
    ['a vast view box', 'viewBox="0 0 1e9 1e9"', { width: 1e9, height: 1e9 }],
  ])('with %s is drawn within bounds', async (_, attributes, reported) => {
    const opened = await openBytes(folder, svg(box('red'), attributes));
    const { width, height } = await sharp(opened.file).metadata();
    expect(opened.reported).toEqual(reported);
    expect(Math.max(width, height)).toBe(2048);
  });

  it('is drawn with no more pixels than allowed', async () => {
    const { file } = await openBytes(folder, svg(box('red')), { ...limits, maxPixels: 10_000 });
    const { width, height } = await sharp(file).metadata();
    expect(width * height).toBeLessThanOrEqual(10_100);
  });
});

/** Red and green in the middle of the drawing, or the code that it is refused with. */
async function middleOf(document: string): Promise<unknown> {
  try {
    const { file } = await openBytes(folder, document);
    return (await middlePixel(sharp(file))).slice(0, 2);
  } catch (thrown) {
    if (thrown instanceof LandfallError && thrown.code === 'media.damaged') return thrown.code;
    throw thrown;
  }
}

describe('an SVG that refers to something outside', () => {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(request.url ?? '');
    response.end();
  });
  let origin = '';
  let secret = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    secret = pathToFileURL(
      await folder.write('secret.png', await plain([255, 0, 0], 50, 50).png().toBuffer()),
    ).href;
  });
  afterAll(() => server.close());

  it.each([
    [
      'images',
      (at: string) =>
        svg(
          `<image href="${at}" width="100" height="100"/><image xlink:href="${at}" width="100" height="100"/>`,
        ),
    ],
    [
      'drawings of others',
      (at: string) =>
        svg(
          `<use href="${at}#a"/><use xlink:href="${at}#a"/><rect width="100" height="100" fill="url(${at}#g)"/>`,
        ),
    ],
    [
      'style sheets',
      (at: string) =>
        svg(
          `<style>@import url(${at}); @font-face { font-family: x; src: url(${at}) }</style><text font-family="x" y="50">x</text>`,
          'width="100" height="100"',
          `<?xml-stylesheet href="${at}"?>`,
        ),
    ],
    [
      'entities',
      (at: string) =>
        svg(
          '<text y="50">&x;</text>',
          'width="100" height="100"',
          `<!DOCTYPE svg [<!ENTITY x SYSTEM "${at}">]>`,
        ),
    ],
    [
      'a document type',
      (at: string) => svg(box('none'), 'width="100" height="100"', `<!DOCTYPE svg SYSTEM "${at}">`),
    ],
    [
      'filters',
      (at: string) =>
        svg(
          `<filter id="f"><feImage href="${at}"/></filter><rect width="100" height="100" filter="url(#f)"/>`,
        ),
    ],
    [
      'scripts',
      (at: string) =>
        svg(
          `<script href="${at}"/><script>fetch("${at}")</script><foreignObject width="100" height="100"><img xmlns="http://www.w3.org/1999/xhtml" src="${at}"/></foreignObject>`,
        ),
    ],
  ])('by its %s never gets it', async (_, make) => {
    for (const at of [`${origin}/a.png`, secret]) {
      const seen = await middleOf(make(at));
      expect(seen).not.toEqual([255, 0]);
    }
    expect(calls).toEqual([]);
  });
});

describe('a hostile SVG', () => {
  const nested = (levels: number, each: (below: string) => string) =>
    Array.from({ length: levels }).reduce<string>((below) => each(below), box('red', 0, 0, 100));

  it.each([
    [
      'a billion laughs',
      'media.damaged',
      () => {
        const entities = Array.from(
          { length: 9 },
          (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
        ).join('');
        return svg(
          '<text>&l9;</text>',
          'width="9" height="9"',
          `<!DOCTYPE svg [<!ENTITY l0 "lol">${entities}]>`,
        );
      },
    ],
    [
      'an entity of itself',
      'media.damaged',
      () => svg('<text>&a;</text>', '', '<!DOCTYPE svg [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
    ],
    [
      'copies of copies',
      'media.too_complex',
      () => {
        const groups = Array.from(
          { length: 9 },
          (_, i) => `<g id="a${i + 1}">${`<use href="#a${i}"/>`.repeat(10)}</g>`,
        );
        return svg(`<defs><g id="a0">${box('red')}</g>${groups.join('')}</defs><use href="#a9"/>`);
      },
    ],
    [
      'a hundred thousand levels',
      'media.too_complex',
      () => svg('<g>'.repeat(100_000) + '</g>'.repeat(100_000)),
    ],
    [
      'layers without end',
      'media.too_complex',
      () => svg(nested(200, (below) => `<g opacity="0.9">${below}</g>`)),
    ],
    ['no size', 'media.damaged', () => svg(box('red'), 'width="0" height="0"')],
    ['a size below zero', 'media.damaged', () => svg(box('red'), 'width="-5" height="-5"')],
    ['no end', 'media.damaged', () => svg(box('red')).slice(0, -3)],
    [
      'a bomb inside',
      'opened',
      () =>
        svg(
          '<image width="9" height="9" href="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA//8AAP//CAIAAAA="/>',
        ),
    ],
  ])('with %s ends as %s', async (_, code, make) => {
    expect(await codeOf(folder, make())).toBe(code);
    expect(await codeOf(folder, svg(box('red')))).toBe('opened');
  });

  it('that takes longer than allowed is ended', async () => {
    const filter = '<feTurbulence baseFrequency="0.01" numOctaves="2000000"/>';
    const slow = svg(`<filter id="f">${filter}</filter><rect width="100" height="100" filter="url(#f)"/>`);
    expect(await codeOf(folder, slow, { ...limits, timeoutMs: 2_000 })).toBe('media.timed_out');
    expect(await codeOf(folder, svg(box('red')))).toBe('opened');
  });
});
