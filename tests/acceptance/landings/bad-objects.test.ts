import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { ossClient, type Stack, startStack } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png, turnedPhoto, video } from '../fixtures/files.fixture.js';
import { callbackBody, putObject } from '../fixtures/uploads.fixture.js';

describe('bad media hurts only itself', () => {
  let stack: Stack;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-bad-'));
    stack = await startStack('postgres');
    // Everything is uploaded before a worker looks at it, so that objects can be changed in between.
    await stack.worker.end();
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (key: string, content: Buffer, body = callbackBody, headers = {}) =>
    putObject(stack, key, content, { body, headers });

  test('each ends as one failed or ignored upload with a clear reason, and the worker goes on', async () => {
    const client = ossClient(stack);
    const photo = await turnedPhoto(1200, 900);
    const tile = await png(40, 30);
    const mkv = await video(folder, { seconds: 1, size: '320x180', container: 'mkv' });
    const ids = {
      gone: await put('gone.png', tile),
      changed: await put('changed.png', tile),
      sizeLie: await put('size-lie.png', tile, callbackBody.replace('${size}', '7')),
      etagLie: await put(
        'etag-lie.png',
        tile,
        callbackBody.replace('${etag}', 'D41D8CD98F00B204E9800998ECF8427E'),
      ),
      truncated: await put('truncated.jpg', photo.subarray(0, photo.length / 2)),
      headerOnly: await put('header.jpg', photo.subarray(0, 600)),
      text: await put('text.jpg', Buffer.from('this is no picture, whatever its name says')),
      empty: await put('empty.jpg', Buffer.alloc(0)),
      folder: await put('folder/', Buffer.alloc(0)),
      folderUnreported: await put('folder/untold/', Buffer.alloc(0), 'bucket=${bucket}&object=${object}'),
      noFolder: await put('folder/photo.png/', tile),
      bomb: await put('bomb.png', blackPng(30_000)),
      playlist: await put('playlist.mp4', Buffer.from('#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n')),
      concat: await put('concat.mp4', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n")),
      stump: await put(
        'stump.mp4',
        Buffer.concat([Buffer.from('000000206674797069736f6d', 'hex'), Buffer.alloc(5_000)]),
      ),
      brokenMkv: await put('broken.mkv', (await readFile(mkv)).subarray(0, 300)),
      encoded: await put('encoded.jpg', gzipSync(photo), callbackBody, { 'Content-Encoding': 'gzip' }),
      drawing: await put('drawing.svg', svg('<script>1</script><rect width="9" height="9"/>')),
      billion: await put('billion.svg', svg('<text>&l9;</text>', laughs())),
      stumpHeic: await put(
        'stump.heic',
        Buffer.from('000000186674797068656963000000006d69663168656963', 'hex'),
      ),
      bitmap: await put('bitmap.bmp', onePixelBmp()),
      document: await put('document.pdf', Buffer.from('%PDF-1.7\nwithout a page, and nobody asks for one')),
      otherHeic: await put('photo.heic', tile),
      script: await put('app.ts', Buffer.from('export const x = 1;'), callbackBody, {
        'Content-Type': 'text/plain',
      }),
      ownRendition: await put('renditions/of-somebody.png', tile),
      tiff: await put('late-directory.tif', await sharp(photo).tiff({ compression: 'none' }).toBuffer()),
      archive: await put('archive.zip', Buffer.from('504b0506000000000000000000000000000000000000', 'hex')),
      pixel: await put('pixel.png', await png(1, 1)),
    };
    await client.delete('gone.png');
    await client.put('changed.png', await png(41, 30));
    await stack.startWorker();

    const ended = async (id: string) => {
      const { status, error } = await stack.waitFor(id, 'ready', 'failed', 'ignored');
      return error ? `${status} ${error.code}` : status;
    };
    const outcomes = Object.fromEntries(
      await Promise.all(Object.entries(ids).map(async ([name, id]) => [name, await ended(id)] as const)),
    );
    expect(outcomes).toEqual({
      gone: 'failed object.missing',
      changed: 'failed object.changed',
      sizeLie: 'failed object.size_mismatch',
      etagLie: 'failed object.changed',
      truncated: 'failed media.damaged',
      headerOnly: 'failed media.damaged',
      text: 'failed media.type_mismatch',
      empty: 'failed object.empty',
      folder: 'ignored',
      folderUnreported: 'ignored',
      noFolder: 'ready',
      bomb: 'failed media.too_many_pixels',
      playlist: 'failed media.type_mismatch',
      concat: 'failed media.type_mismatch',
      stump: 'failed media.damaged',
      brokenMkv: 'failed media.damaged',
      encoded: 'failed object.encoded',
      drawing: 'ready',
      billion: 'failed media.damaged',
      stumpHeic: 'failed media.damaged',
      bitmap: 'ready',
      document: 'ignored',
      otherHeic: 'ready',
      script: 'ignored',
      ownRendition: 'ignored',
      tiff: 'ready',
      archive: 'ignored',
      pixel: 'ready',
    });

    const after = await stack.waitFor(await put('after.jpg', photo), 'ready', 'failed');
    expect(after.status).toBe('ready');
  });

  test('what failed says why in words, and shows no URL with a signature', async () => {
    const { items } = await stack.get<{ items: { error: { message: string } }[] }>(
      '/v1/uploads?status=failed&limit=200',
    );
    for (const { error } of items) {
      expect(error.message.length).toBeGreaterThan(20);
      expect(error.message).not.toMatch(/x-oss-signature|https?:\/\//);
    }
  });
});

/** A PNG of one black bit a pixel: small as a file, huge when decoded. */
function blackPng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))), { level: 9 });
  const chunk = (type: string, data: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, check]);
  };
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function svg(content: string, before = ''): Buffer {
  return Buffer.from(
    `${before}<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${content}</svg>`,
  );
}

/** Entities of ten entities each, nine levels deep. */
function laughs(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
  );
  return `<!DOCTYPE svg [<!ENTITY l0 "lol">${levels.join('')}]>`;
}

function onePixelBmp(): Buffer {
  const file = Buffer.alloc(58);
  file.write('BM');
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeUInt32LE(1, 18);
  file.writeUInt32LE(1, 22);
  file.writeUInt16LE(24, 28);
  return file;
}
