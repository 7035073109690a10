import sharp from 'sharp';
import type { Stack } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putToEnd, startPipelines } from './uploads.suite.js';

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

/** Red to the left, blue to the right, in each of the formats that libvips does not read. */
const heic =
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUNtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFnAAEAAAAAAAAA+wAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAw2lwcnAAAAClaXBjbwAAAHlodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQAsQgEBA3AAAAMAkAAAAwAAAwAeoBkgafeW6kkprm4EBAwIAAADAAgAAAMACEAiAAEAB0QBwXKwYkAAAAAUaXNwZQAAAAAAAADIAAAAZAAAABBwaXhpAAAAAAMICAgAAAAWaXBtYQAAAAAAAAABAAEDgQKDAAABA21kYXQAAAD3KAGvDtCJaDSDAcnX/AK1//+AtHIf2L6QNYmbRumK7IFC8Yf8cZbVIbr6bvEnyjAqLwU3P89OCkZcdJ0gLUT87zonz/rNVIW0CSeZo9W/SztZOsosxn8zH/WtIHj5Tj/z0LBTVUadG/CRJ5Y32WlYfYxMzV8rqUvgH8o+3XNoBcK0/JIOcAhmdSJz5OzzpvQ39rwYF1zwbkAAAAMAAhqw2mLoYAAAAwASGuS4/H/n7OdxR/A4znQO4ZVSacJSBNR9ETmP8qZIjzMYi6SCW7PfInzSisRHwAAtpXCcVVv/KSMOhsO0Un0km2SH3gECA4AAAAMAG+AERA==';
const jxl = '/woYcxAJCAIBAKAASzhpmMqD9ysoCIB6d2MM2guEABBQKgBgxuEPSNAPSODfv/vsU38EDQ==';
const jp2 =
  'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAZAAAAMgAAwcHAAAAAAAPY29scgEAAAAAABAAAAGbanAyY/9P/1EALwAAAAAAyAAAAGQAAAAAAAAAAAAAAMgAAABkAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAUEBAAB/1wAE0BASEhQSEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAABFAAB/5PfgOgc9oCFE+82GhXPyYt0QUItFGSJZGdb8eJR8mAzPd+AIBFQU4TfgOARUCLSZQ4wSFgBli4g9z6BYGi9D82Ba9rDPjufz8AoIW6wZlwfNytkD4DPwCgiGrJmXB83K2zfz8AwMNHEpnvUoAEqAQfbgM/ALDF9xqZ71KABKf6fx9oqAE+XxSuuIHE5ueG2vm+nyUQhb2oOc4DH2iQAUEPHK64h+VtM+GCINxqB+GIMz8BIg+2vZn+zLwnyLAMI7Em3Fv9/gM/AkIPCruZ/sy8Lmw0BjI535zcLW6+b5ujKMNhsNhsdW2BsNhsNj+fwCQCeijHP/sL4/3+A4/aEAJ5fMU//f/9//9k=';
const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="100" height="100" fill="red"/><rect x="100" width="100" height="100" fill="blue"/></svg>';
const pdf = [
  '%PDF-1.7',
  '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
  '2 0 obj<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>endobj',
  '4 0 obj<</Length 58>>stream\n1 0 0 rg 0 0 100 100 re f 0 0 1 rg 100 0 100 100 re f     \nendstream endobj',
  'trailer<</Root 1 0 R/Size 5>>\n%%EOF',
].join('\n');
/** An icon of 2 × 1 pixels, of 24 bits and a mask. */
const ico = `0000010001000201000001001800340000001600000028000000020000000200000001001800${'00'.repeat(24)}0000ffff0000000000000000`;
/** A TGA of 2 × 1 pixels. */
const tga = `${'00'.repeat(2)}02${'00'.repeat(9)}0200010018000000ffff0000`;
/** A Photoshop file of 2 × 1 pixels, without layers. */
const psd = `384250530001${'00'.repeat(6)}00030000000100000002000800030000000000000000000000000000ff00000000ff`;
const jpeg =
  '/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAgQEBMQExYWFhYWFhoYGhsbGxoaGhobGxsdHR0iIiIdHR0bGx0dICAiIiUmJSMjIiMmJigoKDAwLi44ODpFRVP/xAGiAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsBAAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKCxAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6EQACAQIEBAMEBwUEBAABAncAAQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl5ufo6ery8/T19vf4+fr/wAARCABkAMgDASIAAhEAAxEA/9oADAMBAAIRAxEAPwDi6KKK+UP38KKKKACiiigAooooAKKKKACiiigDIu/4Px/pWPWxd/wfj/Ssev6AyT/kX0P+4n/pyR+IZx/v1b/tz/03EKKKK+qPmgooooAKKKKACiiigAooooAKKKKAOvooor+VT+lAooooAKKKKACiiigAooooAKKKKAMi7/g/H+lY9bF3/B+P9Kx6/oDJP+RfQ/7if+nJH4hnH+/Vv+3P/TcQooor6o+aCiiigAooooAKKKKACiiigAooooA6+iiiv5VP6UCiiigAooooAKKKKACiiigAooooAyLv+D8f6Vj1sXf8H4/0rHr+gMk/5F9D/uJ/6ckfiGcf79W/7c/9NxCiiivqj5oKKKKACiiigAooooAKKKKACiiigDr6KKK/lU/pQKKKKACiiigAooooAKKKKACiiigDIu/4Px/pWPWxd/wfj/Ssev6AyT/kX0P+4n/pyR+IZx/v1b/tz/03EKKKK+qPmgooooAKKKKACiiigAooooAKKKKAOvooor+VT+lAooooAKKKKACiiigAooooAKKKKAMi7/g/H+lY9bF3/B+P9Kx6/oDJP+RfQ/7if+nJH4hnH+/Vv+3P/TcQooor6o+aCiiigAooooAKKKKACiiigAooooA6+iiiv5VP6UCiiigAooooAKKKKACiiigAooooAyLv+D8f6Vj1sXf8H4/0rHr+gMk/5F9D/uJ/6ckfiGcf79W/7c/9NxCiiivqj5oKKKKACiiigAooooAKKKKACiiigDr6KKK/lU/pQKKKKACiiigAooooAKKKKACiiigDIu/4Px/pWPWxd/wfj/Ssev6AyT/kX0P+4n/pyR+IZx/v1b/tz/03EKKKK+qPmgooooAKKKKACiiigAooooAKKKKAP//Z';
/** What cameras put around a JPEG: Canon's boxes, Olympus' directory. */
const cr3 =
  '000000186674797063727820000000016372782069736f6d000000546d6f6f760000004c7472616b000000446d6469610000003c6d696e66000000347374626c000000147374737a00000000000004b90000000100000018636f363400000000000000010000000000000074000004c16d646174';
const orf = '4949524f0800000002000102040001000000260000000202040001000000b904000000000000';
/** A BMP of 2 × 1 pixels. */
const bmp = `424d3e000000000000003600000028000000020000000100000001001800${'00'.repeat(24)}0000ffff00000000`;

const around = (head: string) => Buffer.concat([Buffer.from(head, 'hex'), Buffer.from(jpeg, 'base64')]);

let stack: Stack;
beforeAll(async () => {
  stack = await startPipelines('postgres', pipelines);
});
afterAll(() => stack[Symbol.asyncDispose]());

test.each([
  ['phone.heic', Buffer.from(heic, 'base64'), 'image/heic', { format: 'heic', width: 200, height: 100 }],
  ['new.jxl', Buffer.from(jxl, 'base64'), 'image/jxl', { format: 'jxl', width: 200, height: 100 }],
  ['scan.jp2', Buffer.from(jp2, 'base64'), 'image/jp2', { format: 'jp2', width: 200, height: 100 }],
  ['drawing.svg', Buffer.from(svg), 'image/svg+xml', { format: 'svg', width: 200, height: 100 }],
  ['old.bmp', Buffer.from(bmp, 'hex'), 'image/bmp', { format: 'bmp', width: 2, height: 1 }],
  ['favicon.ico', Buffer.from(ico, 'hex'), 'image/x-icon', { format: 'ico', width: 2, height: 1 }],
  ['texture.tga', Buffer.from(tga, 'hex'), 'image/x-tga', { format: 'tga', width: 2, height: 1 }],
  [
    'layers.psd',
    Buffer.from(psd, 'hex'),
    'image/vnd.adobe.photoshop',
    { format: 'psd', width: 2, height: 1 },
  ],
  ['camera.cr3', around(cr3), 'image/x-canon-cr3', { format: 'cr3', width: 200, height: 100 }],
  ['camera.orf', around(orf), 'image/x-olympus-orf', { format: 'orf', width: 200, height: 100 }],
  [
    'papers/two.pdf',
    Buffer.from(pdf),
    'application/pdf',
    { format: 'pdf', width: 200, height: 100, frames: 2 },
  ],
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
  expect(await putToEnd(stack, 'other/two.pdf', Buffer.from(pdf))).toMatchObject({
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
