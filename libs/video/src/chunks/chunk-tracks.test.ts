import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planContents, planRanges } from './chunk-plan.js';
import type { ChunkContent } from './growing-plan.js';
import { joinTracks, placeTrack, type ChunkTrack } from './chunk-tracks.js';
import { chooseRungs } from '../ladder/choose-rungs.js';
import type { LadderPlan } from '../ladder/plan-ladder.js';
import { options } from '../ffmpeg/command-line.js';
import { ffmpeg } from '../fixtures/clips.fixture.js';
import { allNumbers, makeCountedClip, readCounter } from '../fixtures/counted-clip.fixture.js';
import { chunkOfHls, encodeChunk, type EncodedChunk } from './encode-chunk.js';
import { never, probe, scratchFolder, tools, workOn } from '../fixtures/media.fixture.js';
import { joinChunks, joinHls, writePlaylists } from './join-hls.js';
import type { VideoSpecs } from '../streams/stream-plan.js';
import { planInSoftware, transcodeVideo } from '../streams/transcode-video.js';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const plain = { hls: { name: 'stream', heights: [72], segmentSeconds: 1 } };

/** Encodes a video in parts of two seconds and its sound apart, and joins them in a folder. */
async function encodeInParts(source: string, specs: VideoSpecs = plain, key?: Buffer) {
  const facts = await probe(source);
  // As the rows of the chunks keep it.
  const ladder = JSON.stringify(await chooseRungs(await workOn(source, { facts }), specs.hls));
  const planned = ladder ? { ...specs, ladder: JSON.parse(ladder) as LadderPlan } : specs;
  const plan = await planInSoftware(tools, facts, planned, never);
  const parts = planRanges(facts, plan, 2);
  const joined = await scratchFolder();
  const chunks: EncodedChunk[] = [];
  const contents: ChunkContent[] = [...parts, null].map((pictures) => ({ pictures }));
  for (const content of contents) {
    const outDir = await scratchFolder();
    const job = { ...(await workOn(source, { facts, outDir })), plan };
    chunks.push(await chunkOfHls(plan, await encodeChunk(job, content), outDir, key));
    await cp(outDir, joined, { recursive: true });
  }
  return { facts, plan, parts, whole: joinChunks(facts, plan, chunks), joined };
}

test.each([
  ['24000/1001', 'mp4', 7],
  ['25', 'mkv', 7],
  ['30000/1001', 'mov', 7],
  ['60000/1001', 'mkv', 5],
  ['12.5', 'mp4', 9],
])(
  '%s frames a second in %s: parts make a stream with every frame once and the sound in step',
  async (rate, container, seconds) => {
    const source = join(await scratchFolder(), `clip.${container}`);
    await makeCountedClip(rate, seconds, source, ['-g', '37']);
    const { facts, plan, parts, whole, joined } = await encodeInParts(source);
    expect(parts.length).toBeGreaterThan(2);
    const { main } = await joinHls(plan, whole, joined);
    const atOnce = await scratchFolder();
    await transcodeVideo(await workOn(source, { facts, outDir: atOnce }), plain);
    const [master, wanted] = [join(joined, main), join(atOnce, main)];

    const numbers = await readCounter(master);
    expect(numbers).toEqual(await readCounter(wanted));
    // Matroska tells times in milliseconds: sound that begins before the picture has it begin with its first frame twice.
    const first = numbers[1] === 0 ? 1 : 0;
    expect(numbers.slice(first)).toEqual(allNumbers(numbers.length - first));
    expect(numbers.length - first).toBe((await readCounter(source)).length);
    // The demuxer of a player: times go on across the seams, and nothing is complained of.
    for (const stream of ['v', 'a'])
      expect(await timesOf(master, stream)).toEqual(await timesOf(wanted, stream));
  },
);

/** When the frames or packets of a stream are shown, in this order; fails when the demuxer complains. */
async function timesOf(master: string, stream: string): Promise<string[]> {
  const { stdout, stderr } = await execute('ffprobe', [
    ...options({ v: 'warning', select_streams: stream, show_entries: 'packet=pts_time', of: 'csv=p=0' }),
    master,
  ]);
  expect(stderr).toBe('');
  return stdout.trim().split('\n').toSorted();
}

test('a video that plays early is the same in the end, and the start of its sound is that of the whole', async () => {
  const source = join(await scratchFolder(), 'clip.mp4');
  await makeCountedClip('30000/1001', 11, source);
  const facts = await probe(source);
  const specs = { hls: { name: 'stream', heights: [72, 36], segmentSeconds: 1 } };
  const plan = await planInSoftware(tools, facts, specs, never);
  const joined = await scratchFolder();
  const chunks: EncodedChunk[] = [];
  const starts: { outDir: string; chunk: EncodedChunk }[] = [];
  for (const content of planContents(facts, plan, 5, true)) {
    const outDir = await scratchFolder();
    const job = { ...(await workOn(source, { facts, outDir })), plan };
    const chunk = await encodeChunk(job, content);
    if (content.soundSegments !== undefined) starts.push({ outDir, chunk });
    else {
      chunks.push(chunk);
      await cp(outDir, joined, { recursive: true });
    }
  }
  const whole = joinChunks(facts, plan, chunks);
  await joinHls(plan, whole, joined);
  // The target duration of a playlist that grows is that of its first segment.
  for (const { segments, timescale } of whole.tracks) {
    const rounded = segments.map(({ ticks }) => Math.round(ticks / timescale));
    expect(Math.max(...rounded)).toBe(rounded[0]);
  }
  for (const rung of ['72p', '36p']) {
    const numbers = await readCounter(join(joined, rung, 'playlist.m3u8'));
    expect(numbers).toEqual(allNumbers(numbers.length));
    expect(numbers).toHaveLength((await readCounter(source)).length);
  }
  expect(starts.map(({ chunk }) => chunk.tracks[0]?.segments.length)).toEqual([5]);
  for (const { outDir, chunk } of starts) {
    const [sound] = chunk.tracks;
    for (const path of [sound?.initPath ?? '', ...(sound?.segments.map((segment) => segment.path) ?? [])])
      expect(await readFile(join(outDir, path))).toEqual(await readFile(join(joined, path)));
  }
});

test('an MP4 is put together from joined parts', async () => {
  const source = join(await scratchFolder(), 'clip.mp4');
  await makeCountedClip('25', 7, source);
  const { whole, joined } = await encodeInParts(source);
  await writePlaylists(joined, whole.tracks);
  const [track] = whole.tracks;
  const out = join(await scratchFolder(), 'out.mp4');
  await ffmpeg('-i', join(joined, track?.folder ?? '', 'playlist.m3u8'), '-c', 'copy', out);
  expect(await readCounter(out)).toEqual(allNumbers(175));
});

test('an encrypted stream with subtitles, one loudness and a DASH manifest is joined as it is made whole', async () => {
  const folder = await scratchFolder();
  const [clip, words, source] = ['clip.mp4', 'words.srt', 'clip.mkv'].map((name) => join(folder, name));
  if (!clip || !words || !source) throw new Error('there is no path');
  await makeCountedClip('25', 5, clip);
  await writeFile(words, '1\n00:00:01,000 --> 00:00:04,000\nacross the seam\n');
  await ffmpeg(
    ...options({ i: clip }),
    ...options({ i: words }),
    ...options({ map: 0 }),
    ...options({ map: 1, c: 'copy' }),
    source,
  );
  const key = randomBytes(16);
  const hls = { ...plain.hls, heights: [144, 72], ladder: 'auto' } as const;
  const wanted = { hls: { ...hls, encryption: 'aes-128', normalize: true, dash: true } } as const;
  const { plan, whole, joined } = await encodeInParts(source, wanted, key);
  const made = await joinHls(plan, whole, joined, key);
  const outDir = await scratchFolder();
  const atOnce = await transcodeVideo(await workOn(source, { outDir }), wanted, { key });
  expect(Object.keys(made.details).toSorted()).toEqual(
    Object.keys(atOnce.get('stream')?.details ?? {}).toSorted(),
  );
  expect(made.details['ladder']).toEqual(atOnce.get('stream')?.details['ladder']);
  expect(made.details['ladder']).toHaveProperty('omitted');
  const texts = atOnce.get('stream')?.files.filter(({ path }) => path.startsWith('subtitles-')) ?? [];
  expect(texts).toHaveLength(2);
  for (const { path } of texts)
    expect(await readFile(join(joined, path))).toEqual(await readFile(join(outDir, path)));
  const listed = async (from: string) =>
    (await readFile(join(from, 'master.m3u8'), 'utf8')).replaceAll(/BANDWIDTH=\d+/g, '');
  expect(await listed(joined)).toBe(await listed(outDir));
  await writeFile(join(joined, 'key'), key);
  const rung = join(joined, '72p', 'playlist.m3u8');
  const clear = join(folder, 'clear.mp4');
  await ffmpeg('-allowed_extensions', 'ALL', '-i', rung, '-c', 'copy', clear);
  const numbers = await readCounter(clear);
  expect(numbers.slice(-100)).toEqual(allNumbers(125).slice(-100));
});

const track = (segments: number[], values: Partial<ChunkTrack> = {}): ChunkTrack => ({
  folder: '72p',
  initPath: '72p/init.mp4',
  codec: 'avc1.64000a',
  timescale: 12_800,
  initHash: 'a',
  initBytes: 1,
  segments: segments.map((number) => ({
    path: `72p/segment_${String(number).padStart(5, '0')}.m4s`,
    ticks: 12_800,
    frames: 25,
    sizeBytes: 1,
  })),
  ...values,
});

test.each([
  ['a segment that is missing', [track([0, 1]), track([3])]],
  ['a segment that is there twice', [track([0, 1]), track([1, 2])]],
  ['a first part that is missing', [track([2, 3])]],
  ['another initialisation segment', [track([0]), track([1], { initHash: 'b' })]],
  ['another time scale', [track([0]), track([1], { timescale: 90_000 })]],
  ['another codec', [track([0]), track([1], { codec: 'hvc1.1.6.L93.90' })]],
  ['no part at all', []],
])('%s is no whole', (_, parts) => {
  expect(() => joinTracks(parts)).toThrow(expect.objectContaining({ code: 'media.encoder_failed' }));
});

test('a part with too few frames, or with frames of no constant length, is refused before anything is moved', async () => {
  const outDir = await scratchFolder();
  await mkdir(join(outDir, '72p'));
  const part = { startFrame: 50, frames: 50, firstSegment: 2 };
  await expect(placeTrack(outDir, track([2]), part)).rejects.toMatchObject({ code: 'media.encoder_failed' });
  const odd = track([2], {
    segments: [{ path: '72p/segment_00002.m4s', ticks: 25_599, frames: 50, sizeBytes: 1 }],
  });
  await expect(placeTrack(outDir, odd, part)).rejects.toMatchObject({ code: 'media.encoder_failed' });
  await expect(readFile(join(outDir, '72p/segment_00002.m4s'))).rejects.toMatchObject({ code: 'ENOENT' });
});
