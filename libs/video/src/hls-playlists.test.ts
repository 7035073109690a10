import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from './fixtures.suite.js';
import { readMediaPlaylist, readVideoCodec, writeMasterPlaylist } from './hls-playlists.js';

/** Writes a media playlist of segments `[seconds, bytes]`. */
async function playlistOf(segments: [number, number][], end = '#EXT-X-ENDLIST\n'): Promise<string> {
  const folder = await scratchFolder();
  await mkdir(join(folder, '480p'));
  const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-MAP:URI="init.mp4"'];
  for (const [index, [seconds, bytes]] of segments.entries()) {
    await writeFile(join(folder, '480p', `${index}.m4s`), '');
    await truncate(join(folder, '480p', `${index}.m4s`), bytes);
    lines.push(`#EXTINF:${seconds.toFixed(6)},`, `${index}.m4s`);
  }
  await writeFile(join(folder, '480p/playlist.m3u8'), `${lines.join('\n')}\n${end}`);
  return folder;
}

test('rates are measured from the segments; a last scrap of one is no peak', async () => {
  const folder = await playlistOf([
    [4, 4_000],
    [4, 8_000],
    [0.1, 1_000],
  ]);
  expect(await readMediaPlaylist(folder, '480p/playlist.m3u8')).toMatchObject({
    initPath: '480p/init.mp4',
    durationMs: 8_100,
    averageBps: Math.ceil(104_000 / 8.1),
    peakBps: Math.ceil(72_000 / 4.1),
  });
});

test('a playlist without its end is not one', async () => {
  const folder = await playlistOf([[4, 10]], '');
  await expect(readMediaPlaylist(folder, '480p/playlist.m3u8')).rejects.toMatchObject({
    code: 'media.encoder_failed',
  });
});

test('a playlist that was not written is not one', async () => {
  await expect(readMediaPlaylist(await scratchFolder(), 'playlist.m3u8')).rejects.toMatchObject({
    code: 'media.encoder_failed',
  });
});

test('an initialisation segment without H.264 has no codec', async () => {
  const folder = await scratchFolder();
  await writeFile(join(folder, 'init.mp4'), 'avcC');
  await expect(readVideoCodec(folder, 'init.mp4')).rejects.toMatchObject({ code: 'media.encoder_failed' });
});

test.each([
  ['eng', 'LANGUAGE="en",'],
  ['zh-Hans', 'LANGUAGE="zh-Hans",'],
  ['not a "language', ''],
  [null, ''],
])('the language %s', async (language, wanted) => {
  const folder = await playlistOf([[4, 10]]);
  const playlist = await readMediaPlaylist(folder, '480p/playlist.m3u8');
  expect(writeMasterPlaylist([], { playlist, channels: 2, language })).toContain(
    `AUTOSELECT=YES,${wanted}CHANNELS="2"`,
  );
});
