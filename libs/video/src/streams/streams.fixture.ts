import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { ask, ffmpeg } from '../fixtures/clips.fixture.js';
import { listen, scratchFolder, workOn } from '../fixtures/media.fixture.js';
import type { HlsSpec } from '#media';
import type { VideoSpecs } from './stream-plan.js';
import { transcodeVideo } from './transcode-video.js';
import type { TranscodeOptions } from './make-streams.js';

/** Makes streams of a video in a folder of their own. */
export async function makeStreams(
  source: string,
  specs: VideoSpecs,
  settingsFor: (outDir: string) => TranscodeOptions = () => ({}),
) {
  const work = await workOn(source);
  const { outDir } = work;
  const made = await transcodeVideo(work, specs, settingsFor(outDir));
  return { outDir, made, stream: made.get('stream'), file: made.get('file') };
}

export const hlsOf = (heights: number[], more: Partial<HlsSpec> = {}) => ({
  hls: { name: 'stream', heights, segmentSeconds: 1, ...more },
});

/** Decodes all pictures; throws at the first complaint. Returns a hash of each frame. */
export async function hashFrames(input: string, ...options: string[]): Promise<string[]> {
  const reported = await ffmpeg(
    '-xerror',
    ...options,
    '-i',
    input,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  );
  return reported
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)?.trim() ?? '');
}

/** Seconds at which the first frame of a kind is shown, and how long all of them are, from the packets. */
export async function timesOf(input: string, kind: 'v' | 'a'): Promise<{ start: number; end: number }> {
  const packets = await ask(input, '-select_streams', kind, '-show_entries', 'packet=pts_time,duration_time');
  const times = packets.map((line) => line.split(',').map(Number));
  const starts = times.flatMap(([start = Number.NaN]) => (Number.isFinite(start) ? [start] : []));
  const ends = times.map(([start = 0, duration = 0]) => (start || 0) + (duration || 0));
  return { start: Math.min(...starts), end: Math.max(...ends) };
}

/** Seconds at which a sound that was silent is heard first. */
export async function firstSound(input: string): Promise<number> {
  const raw = join(await scratchFolder(), 'sound.raw');
  await ffmpeg('-i', input, '-vn', '-ac', '1', '-ar', '8000', '-f', 's16le', raw);
  const bytes = await readFile(raw);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2));
  return samples.findIndex((sample) => Math.abs(sample) > 1_000) / 8_000;
}

/** Seconds at which a picture that was black is bright first. */
export async function firstLight(input: string, rate: number): Promise<number> {
  const raw = join(await scratchFolder(), 'light.raw');
  await ffmpeg('-i', input, '-an', '-vf', 'scale=1:1:flags=area,format=gray', '-f', 'rawvideo', raw);
  const bytes = await readFile(raw);
  return bytes.findIndex((level) => level > 100) / rate;
}

/** Serves a folder at 127.0.0.1, if `allows` says so. */
export async function serveFolder(
  folder: string,
  allows: (request: IncomingMessage) => boolean = () => true,
): Promise<string> {
  const server = createServer((request, response) => {
    if (!allows(request)) {
      response.writeHead(401).end();
      return;
    }
    const body = createReadStream(join(folder, new URL(request.url ?? '', 'http://any').pathname));
    body.on('error', () => response.writeHead(404).end());
    body.pipe(response);
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

export const readText = (...path: string[]) => readFile(join(...path), 'utf8');
