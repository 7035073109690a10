import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanCues } from '#playlists';
import { ffmpeg, h264, picture } from '../fixtures/clips.fixture.js';
import { extractSubtitles } from './extract-subtitles.js';
import { scratchFolder } from '../fixtures/media.fixture.js';
import { hlsOf, makeStreams, readText } from './streams.fixture.js';

const srt = (...cues: string[]) =>
  cues.map((cue, index) => `${index + 1}\n00:00:0${index},000 --> 00:00:0${index},900\n${cue}\n`).join('\n');

/** A video with these subtitles, each [text, codec in the file, more options]. */
async function makeSubtitled(name: string, ...subtitles: [string, string, string[]?][]): Promise<string> {
  const folder = await scratchFolder();
  const files = subtitles.map((_, index) => join(folder, `${index}.srt`));
  for (const [index, [text]] of subtitles.entries()) await writeFile(files[index] ?? '', text);
  await ffmpeg(
    ...picture('160x90', 3),
    ...files.flatMap((file) => ['-f', 'srt', '-i', file]),
    '-map',
    '0',
    ...files.flatMap((_, index) => ['-map', String(index + 1)]),
    ...h264,
    ...subtitles.flatMap(([, codec, more = []], index) => [`-c:s:${index}`, codec].concat(more)),
    join(folder, name),
  );
  return join(folder, name);
}

describe('subtitles', () => {
  test.each([
    ['mov_text', 'a.mp4'],
    ['srt', 'a.mkv'],
    ['ass', 'a.mkv'],
    ['webvtt', 'a.mkv'],
  ])('of %s are carried as WebVTT, with language and name', async (codec, name) => {
    const german = ['-metadata:s:s:1', 'language=ger', '-disposition:s:1', 'forced'];
    const clip = await makeSubtitled(
      name,
      [srt('One', 'Two <i>words</i>'), codec, ['-metadata:s:s:0', 'language=eng']],
      [srt('Eins'), codec, german],
    );
    const { outDir, stream } = await makeStreams(clip, hlsOf([90]));
    const master = await readText(outDir, 'master.m3u8');
    const groups = master.split('\n').filter((line) => line.includes('TYPE=SUBTITLES'));
    expect(groups[0]).toMatch(/NAME="eng".*LANGUAGE="en",URI="subtitles-1\/playlist.m3u8"/);
    expect(groups[1]).toMatch(/NAME="ger".*FORCED=YES,LANGUAGE="de",URI="subtitles-2\/playlist.m3u8"/);
    expect(master).toContain('SUBTITLES="subtitles"\n90p/playlist.m3u8');
    const cues = await readText(outDir, 'subtitles-1/cues.vtt');
    expect(cues).toMatch(
      /^WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n00:00.000 --> 00:00.900\nOne\n/,
    );
    expect(cues).toContain('\n00:01.000 --> 00:01.900\nTwo <i>words</i>\n');
    const playlist = await readText(outDir, 'subtitles-1/playlist.m3u8');
    expect(playlist).toContain('#EXT-X-TARGETDURATION:3\n');
    expect(playlist).toContain('#EXTINF:3.000000,\ncues.vtt\n');
    expect(playlist).not.toContain('EXT-X-MAP');
    expect(stream?.files).toContainEqual({ path: 'subtitles-1/cues.vtt', mimeType: 'text/vtt' });
    // Whoever plays the stream reads them.
    await ffmpeg('-xerror', '-i', join(outDir, 'master.m3u8'), '-map', '0:v', '-f', 'null', '-');
  });

  test('that are pictures are left out, and told', async () => {
    const facts = { streamIndex: 9, codec: 'hdmv_pgs_subtitle', language: 'fra', title: null, forced: false };
    const job = { facts: { subtitles: [facts] } } as unknown as Parameters<typeof extractSubtitles>[0];
    expect(await extractSubtitles(job)).toEqual({
      subtitles: [],
      leftOut: [{ streamIndex: 9, language: 'fra', reason: 'hdmv_pgs_subtitle contains pictures, not text' }],
    });
  });

  test('beyond sixteen, and empty ones, are left out; equal names are told apart', async () => {
    const many = Array.from({ length: 18 }, (): [string, string] => [srt('One'), 'srt']);
    const clip = await makeSubtitled('a.mkv', ['1\n00:00:00,000 --> 00:00:01,000\n \n', 'srt'], ...many);
    const { outDir, stream } = await makeStreams(clip, hlsOf([90]));
    const names = [...(await readText(outDir, 'master.m3u8')).matchAll(/TYPE=SUBTITLES.*?NAME="([^"]+)"/g)];
    expect(names).toHaveLength(15);
    expect(new Set(names.map(([, name]) => name)).size).toBe(15);
    const leftOut = stream?.details['subtitlesLeftOut'] as { reason: string }[];
    expect(leftOut.map(({ reason }) => reason)).toEqual([
      'it contains no text',
      'there are more than 16',
      'there are more than 16',
      'there are more than 16',
    ]);
  });

  test('of a hostile upload are plain words in the playlists', async () => {
    const title = 'x",URI="https://evil.example/a.m3u8\n#EXT-X-KEY';
    const clip = await makeSubtitled('a.mkv', [
      srt('<script>alert(1)</script><img src=x onerror=alert(2)> & <b>bold</b>', 'a --> b'),
      'srt',
      ['-metadata:s:s:0', `title=${title}`],
    ]);
    const { outDir } = await makeStreams(clip, hlsOf([90]));
    const master = await readText(outDir, 'master.m3u8');
    const group = master.split('\n').find((line) => line.includes('TYPE=SUBTITLES'));
    expect(group?.match(/"/g)).toHaveLength(6);
    expect(master.split('\n').some((line) => line.startsWith('#EXT-X-KEY'))).toBe(false);
    const cues = await readText(outDir, 'subtitles-1/cues.vtt');
    expect(cues).not.toMatch(/<(?!\/?b>)/);
    expect(cues.match(/-->/g)).toHaveLength(2);
  });
});

describe('cues', () => {
  const vtt = (...cues: string[]) => `WEBVTT\n\n${cues.join('\n\n')}\n`;
  const textOf = (text: string) =>
    cleanCues(vtt(`00:01.000 --> 00:02.000\n${text}`))
      ?.text.split('\n')
      .slice(4, -1)
      .join('\n');

  test.each([
    ['<v Anna><c.red>Hello</c></v>', '&lt;v Anna&gt;&lt;c.red&gt;Hello&lt;/c&gt;&lt;/v&gt;'],
    ['<I>slanted</I> & <u>under</u>', '<i>slanted</i> &amp; <u>under</u>'],
    ['1 &lt; 2 &amp; 3 &copy;', '1 &lt; 2 &amp; 3 &amp;copy;'],
    ['two\nlines', 'two\nlines'],
    ['bell\u0007', 'bell '],
    ['x'.repeat(3_000), 'x'.repeat(500)],
  ])('%s', (said, wanted) => {
    expect(textOf(said)).toBe(wanted);
  });

  test('styles, notes, regions, settings and names of cues are left out', () => {
    const text = vtt(
      'STYLE\n::cue { background: url(https://evil.example/) }',
      'NOTE secret',
      'name\n00:01.000 --> 00:02.000 line:0 position:10%\nHello',
    );
    const cleaned = cleanCues(text)?.text ?? '';
    expect(cleaned).not.toMatch(/evil|secret|line:|name/);
    expect(cleaned).toContain('00:01.000 --> 00:02.000\nHello\n');
  });

  test('more than are taken are cut', () => {
    const cue = '00:01.000 --> 00:02.000\nHello';
    expect(cleanCues(vtt(...Array.from({ length: 20_001 }, () => cue)))).toMatchObject({
      cues: 20_000,
      cut: true,
    });
    expect(cleanCues(vtt())).toBeNull();
    expect(cleanCues('no cues at all')).toBeNull();
  });
});
