import { tmpdir } from 'node:os';
import { crc32, deflateSync } from 'node:zlib';
import { isLandfallError, type ErrorCode } from '#runtime';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  limits,
  makeFolder,
  never,
  photo,
  plain,
  render,
  renderOne,
  spec,
} from '../fixtures/image.fixture.js';
import { readImageFacts } from '../facts/read-image-facts.js';
import { renderImages, type RenderWork } from './render-images.js';

const folder = await makeFolder();
let good = '';
beforeAll(async () => {
  good = await folder.write('good.png', await plain([10, 90, 200], 40, 30).png().toBuffer());
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The code that a rendition and the facts fail with; the next image must be fine afterwards. */
async function refusalOf(file: string): Promise<{ rendition: unknown; facts: unknown }> {
  const rendition: unknown = await renderOne(file, { format: 'webp' }).catch(codeOf);
  const facts: unknown = await readImageFacts(file, limits).catch(codeOf);
  await renderOne(good);
  return { rendition, facts };
}

function codeOf(thrown: unknown): ErrorCode {
  if (!isLandfallError(thrown)) throw new Error('not translated', { cause: thrown });
  if (thrown.message.includes(tmpdir())) throw new Error('a path is public', { cause: thrown });
  return thrown.code;
}

const encoders: Record<string, (image: Sharp) => Sharp> = {
  jpeg: (image) => image.jpeg(),
  'progressive jpeg': (image) => image.jpeg({ progressive: true }),
  png: (image) => image.png(),
  'interlaced png': (image) => image.png({ progressive: true }),
  webp: (image) => image.webp(),
  gif: (image) => image.gif(),
  tiff: (image) => image.tiff(),
  avif: (image) => image.avif({ effort: 0 }),
};

describe.each(Object.entries(encoders))('%s', (name, encode) => {
  it('is refused when truncated at any tenth', async () => {
    const bytes = await encode(await photo(300, 200)).toBuffer();
    for (let tenth = 1; tenth < 10; tenth++) {
      const part = bytes.subarray(0, Math.floor((bytes.length * tenth) / 10));
      // libvips finds the directory of a TIFF at its end and cannot tell what the file is without it
      const { rendition } = await refusalOf(await folder.write('part', part));
      expect(rendition).toBe(name === 'tiff' ? 'media.unsupported' : 'media.damaged');
    }
  });

  it('is refused when there is only the header', async () => {
    const bytes = await encode(plain([1, 2, 3])).toBuffer();
    for (const length of [4, 8, 12, 24, 33]) {
      const { rendition, facts } = await refusalOf(await folder.write('header', bytes.subarray(0, length)));
      expect(rendition).toBeOneOf(['media.damaged', 'media.unsupported']);
      expect(rendition === facts || facts === undefined).toBe(true);
    }
  });
});

it.each([
  ['empty', ''],
  ['text named .jpg', 'This is not a picture.'],
  ['a page', '<!doctype html><title>no picture</title>'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
  ['PDF', '%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'],
])('refuses %s', async (name, text) => {
  const refusal = await refusalOf(await folder.write(`${name}.jpg`, text));
  expect(refusal).toEqual({ rendition: 'media.unsupported', facts: 'media.unsupported' });
});

it('does not blame the media when the file is gone', async () => {
  await expect(readImageFacts('/nowhere/gone.jpg', limits)).rejects.toHaveProperty(
    'code',
    'internal.unexpected',
  );
});

describe('too many pixels', () => {
  function chunk(type: string, data: Uint8Array): Buffer {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  }

  it('are refused from the header of a PNG of 30,000 × 30,000', async () => {
    const header = Buffer.from([0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 6, 0, 0, 0]);
    const bomb = Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
    const file = await folder.write('bomb.png', bomb);
    expect(await refusalOf(file)).toMatchObject({ rendition: 'media.too_many_pixels' });
    await expect(readImageFacts(file, limits)).rejects.toThrow('30000 × 30000 pixels; the limit is 50000000');
  });

  it('are refused from the header of a JPEG of 65,535 × 65,535', async () => {
    const bytes = await plain([1, 2, 3]).jpeg().toBuffer();
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt32BE(0xffffffff, frame + 5);
    const file = await folder.write('bomb.jpg', bytes);
    expect(await refusalOf(file)).toEqual({
      rendition: 'media.too_many_pixels',
      facts: 'media.too_many_pixels',
    });
  });

  it('are counted exactly', async () => {
    const specs = [spec('one')];
    await expect(render(good, specs, { ...limits, maxPixels: 1199 })).rejects.toHaveProperty(
      'code',
      'media.too_many_pixels',
    );
    expect((await render(good, specs, { ...limits, maxPixels: 1200 })).images).toHaveLength(1);
  });
});

describe('the end of the work', () => {
  const reason = new Error('the worker shuts down');
  let slow = '';
  const specs = [spec('first'), spec('second'), spec('third')];
  beforeAll(async () => {
    slow = await folder.write('slow.png', await plain([10, 90, 200], 6000, 6000).png().toBuffer());
  });

  const usual = (): RenderWork => ({
    file: good,
    specs,
    limits,
    signal: never,
    onRendition: async () => undefined,
  });

  it('comes with the time limit', async () => {
    await expect(render(slow, specs, { ...limits, timeoutMs: 5 })).rejects.toHaveProperty(
      'code',
      'media.timed_out',
    );
  });

  it('comes with a signal that was aborted before', async () => {
    await expect(renderImages({ ...usual(), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('comes with a signal that is aborted while decoding', async () => {
    const controller = new AbortController();
    const rendered = renderImages({ ...usual(), file: slow, signal: controller.signal });
    controller.abort(reason);
    await expect(rendered).rejects.toBe(reason);
  });

  it('comes with a signal between two renditions', async () => {
    const controller = new AbortController();
    const names: string[] = [];
    const rendered = renderImages({
      ...usual(),
      signal: controller.signal,
      onRendition: async ({ name }) => {
        names.push(name);
        controller.abort(reason);
      },
    });
    await expect(rendered).rejects.toBe(reason);
    expect(names).toEqual(['first']);
  });

  it('comes with an error of the caller, which is passed on', async () => {
    const failure = new Error('the object store does not answer');
    await expect(renderImages({ ...usual(), onRendition: () => Promise.reject(failure) })).rejects.toBe(
      failure,
    );
    expect((await render(good, specs)).images).toHaveLength(3);
  });
});
