import { copyFile, readFile, truncate, writeFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ffmpeg, makeClip, picture } from './fixtures/clips.fixture.js';
import { listen, probe, scratchFolder, serveFile, workOn } from './fixtures/media.fixture.js';
import { transcodeVideo } from './streams/transcode-video.js';

const transcode = async (source: string) => {
  const specs = { mp4: { name: 'mp4', height: 180 } };
  return transcodeVideo(await workOn(source), specs);
};

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const file = join(await scratchFolder(), name);
  await writeFile(file, content);
  return file;
}

describe('not media at all', () => {
  test.each([
    ['zero bytes', ''],
    ['text', 'Dear diary,\nnothing happened today.\n'],
    ['noise', Buffer.alloc(4_096, 0x5a)],
  ])('%s named .mp4', async (_, content) => {
    await expect(probe(await fileOf('clip.mp4', content))).rejects.toMatchObject({ code: 'media.damaged' });
  });

  test('a file that is not there', async () => {
    await expect(probe('/nowhere/clip.mp4')).rejects.toMatchObject({ code: 'media.damaged' });
  });

  test('subtitles only', async () => {
    const text = await fileOf('words.srt', '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const file = join(await scratchFolder(), 'words.mkv');
    await ffmpeg('-i', text, file);
    await expect(probe(file)).rejects.toMatchObject({ code: 'media.no_stream' });
  });
});

describe('playlists and scripts in disguise open nothing', () => {
  test.each(['clip.mp4', 'clip.m3u8', 'clip.ts', 'clip'])('named %s', async (name) => {
    let requests = 0;
    const trap = createServer((_, response) => response.end(String(requests++)));
    const url = `http://127.0.0.1:${await listen(trap)}/secret.ts`;
    const disguises = [
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n`,
      `ffconcat version 1.0\nfile ${url}\nfile /etc/passwd\n`,
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${url}</BaseURL></MPD>`,
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n`,
    ];
    for (const disguise of disguises) {
      const failure = await probe(await fileOf(name, disguise)).catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^media\.(unsupported|damaged)$/) });
      expect(String(failure)).not.toContain('root:');
    }
    expect(requests).toBe(0);
  });

  test('a playlist is refused from a URL too', async () => {
    const { url } = await serveFile(await fileOf('clip.mp4', '#EXTM3U\n#EXTINF:1,\n/etc/passwd\n'));
    await expect(probe(url)).rejects.toMatchObject({ code: expect.stringMatching(/^media\./) });
  });
});

describe('damaged media', () => {
  test('the index (moov) is missing', async () => {
    const clip = await makeClip();
    await truncate(clip, Math.floor((await stat(clip)).size / 2));
    await expect(probe(clip)).rejects.toMatchObject({ code: 'media.damaged', detail: /moov atom not found/ });
  });

  test('half of the media is missing', async () => {
    const clip = await makeClip('320x180', 4, ['-movflags', '+faststart']);
    await truncate(clip, Math.floor((await stat(clip)).size / 2));
    await expect(transcode(clip)).rejects.toMatchObject({ code: 'media.damaged' });
  });

  test('nothing but the index is left', async () => {
    const clip = await makeClip('320x180', 4, ['-movflags', '+faststart']);
    const copy = join(await scratchFolder(), 'head.mp4');
    await copyFile(clip, copy);
    await truncate(copy, 6_000);
    await expect(transcode(copy)).rejects.toMatchObject({ code: expect.stringMatching(/^media\./) });
  });

  test('one pixel is enough', async () => {
    const file = join(await scratchFolder(), 'pixel.mkv');
    await ffmpeg(...picture('64x64'), '-vf', 'scale=1:1,format=gbrp', '-c:v', 'ffv1', file);
    const made = await transcode(file);
    expect(made.get('mp4')).toMatchObject({ width: 2, height: 2 });
  });
});

describe('a range proxy that fails', () => {
  test('in the middle of the media is to be asked again', async () => {
    const clip = await makeClip('320x180', 6, ['-qp', '5', '-movflags', '+faststart']);
    const bytes = await readFile(clip);
    const half = Math.floor(bytes.length / 2);
    const server = createServer((request, response) => {
      const start = Number(/bytes=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start >= half) return void response.writeHead(503).end();
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { 'content-length': bytes.length - start, 'content-range': range });
      return void response.write(bytes.subarray(start, half), () => response.destroy());
    });
    const url = `http://127.0.0.1:${await listen(server)}/clip.mp4?Signature=sesame`;
    const failure = await transcode(url).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: 'storage.unavailable' });
    expect(String(failure)).not.toContain('sesame');
  });
});
