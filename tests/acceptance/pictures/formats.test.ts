import sharp from 'sharp';
import type { Stack } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictures } from './formats.fixture.js';
import { putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: pictures
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 100, format: png }
      - { name: late, kind: image, width: 50, format: avif }
  - name: papers
    match: { kind: document, prefix: papers/ }
    renditions:
      - { name: page, kind: image, width: 100, format: png }
`;

let stack: Stack;
beforeAll(async () => {
  stack = await startPipelines('postgres', pipelines);
});
afterAll(() => stack[Symbol.asyncDispose]());

test.each([
  ['phone.heic', pictures.heic, 'image/heic', { format: 'heic', width: 200, height: 100 }],
  ['new.jxl', pictures.jxl, 'image/jxl', { format: 'jxl', width: 200, height: 100 }],
  ['scan.jp2', pictures.jp2, 'image/jp2', { format: 'jp2', width: 200, height: 100 }],
  ['drawing.svg', pictures.svg, 'image/svg+xml', { format: 'svg', width: 200, height: 100 }],
  ['old.bmp', pictures.bmp, 'image/bmp', { format: 'bmp', width: 2, height: 1 }],
  ['favicon.ico', pictures.ico, 'image/x-icon', { format: 'ico', width: 2, height: 1 }],
  ['texture.tga', pictures.tga, 'image/x-tga', { format: 'tga', width: 2, height: 1 }],
  ['layers.psd', pictures.psd, 'image/vnd.adobe.photoshop', { format: 'psd', width: 2, height: 1 }],
  ['camera.cr3', pictures.cr3, 'image/x-canon-cr3', { format: 'cr3', width: 200, height: 100 }],
  ['camera.orf', pictures.orf, 'image/x-olympus-orf', { format: 'orf', width: 200, height: 100 }],
  ['papers/two.pdf', pictures.pdf, 'application/pdf', { format: 'pdf', width: 200, height: 100, frames: 2 }],
])('%s gets its thumbnail', async (key, content, mimeType, facts) => {
  const made = await putToEnd(stack, key, content);
  expect(made).toMatchObject({ status: 'ready', error: null, mimeType, metadata: facts });
  expect(made.kind).toBe(key.endsWith('.pdf') ? 'document' : 'image');
  const answer = await fetch(made.renditions[0]?.url ?? '');
  const thumb = sharp(Buffer.from(await answer.arrayBuffer())).removeAlpha();
  const { data, info } = await thumb.raw().toBuffer({ resolveWithObject: true });
  const [first, last] = [data.subarray(0, 3), data.subarray(-3)];
  expect(info.width).toBe(facts.width === 2 ? 2 : 100);
  expect([(first[0] ?? 0) > 200, (first[2] ?? 0) < 50, (last[0] ?? 0) < 50, (last[2] ?? 0) > 200]).toEqual(
    Array(4).fill(true),
  );
});

test('a PDF that no pipeline asks for is ignored, and one that is damaged fails only where one does', async () => {
  expect(await putToEnd(stack, 'other/two.pdf', pictures.pdf)).toMatchObject({
    status: 'ignored',
    kind: 'document',
  });
  expect(await putToEnd(stack, 'other/bad.pdf', Buffer.from('%PDF-1.7'))).toMatchObject({
    status: 'ignored',
  });
  expect(await putToEnd(stack, 'papers/bad.pdf', Buffer.from('%PDF-1.7'))).toMatchObject({
    status: 'failed',
    error: { code: 'media.damaged' },
  });
});
