/**
 * ffmpeg alone: one command on a local file, writing local files. Nothing is fetched, uploaded, checked or recorded.
 * The encoder settings are the same as ours; comparing the output sizes shows whether they still are.
 */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runFfmpeg } from '../harness/run-ffmpeg.js';

const threads = `${Math.min(8, Math.ceil(availableParallelism() * 1.5))}`;

export interface Rung {
  readonly width: number;
  readonly height: number;
  readonly maxKbps: number;
}

/** The rungs of our ladder for 1080p at up to 30 frames per second. */
export const rungs: readonly Rung[] = [
  { width: 1_920, height: 1_080, maxKbps: 5_000 },
  { width: 1_280, height: 720, maxKbps: 2_722 },
  { width: 854, height: 480, maxKbps: 1_482 },
];
export const segmentSeconds = 4;

/**
 * Makes three rungs and the audio from one decode.
 * @returns milliseconds
 */
export async function makeBareLadder(
  ffmpeg: string,
  source: string,
  folder: string,
  frameRate: number,
): Promise<number> {
  for (const name of ['0', '1', '2', 'audio']) await mkdir(join(folder, name), { recursive: true });
  const [, middle, low] = rungs;
  const graph = `[0:v]split=3[v0][s1][s2];[s1]scale=${middle?.width}:${middle?.height}[v1];[s2]scale=${low?.width}:${low?.height}[v2]`;
  const videos = rungs.flatMap(({ maxKbps }, index) => [
    `-map [v${index}] -c:v libx264 -preset veryfast -profile:v high -threads ${threads}`,
    `-crf 23 -maxrate ${maxKbps}k -bufsize ${2 * maxKbps}k`,
    `-force_key_frames expr:gte(t,n_forced*${segmentSeconds}) -sc_threshold 0 -g ${2 * frameRate * segmentSeconds}`,
    segments(`${index}`),
  ]);
  const sound = ['-map 0:a -c:a aac -b:a 128k -ac 2 -ar 48000', segments('audio')];
  const input = [`-threads ${threads} -i`, [source], `-filter_complex ${graph}`];
  return runFfmpeg(ffmpeg, [...input, ...videos, ...sound], folder);
}

/**
 * Makes a poster from the first frame, 1280 pixels wide.
 * @returns milliseconds
 */
export function makeBarePoster(ffmpeg: string, source: string, folder: string): Promise<number> {
  const poster = '-map 0:v -vf scale=1280:-2 -c:v libwebp -quality 80 -frames:v 1 poster.webp';
  return runFfmpeg(ffmpeg, ['-i', [source], poster], folder);
}

function segments(name: string): string {
  return (
    `-f hls -hls_time ${segmentSeconds} -hls_playlist_type vod -hls_segment_type fmp4 ` +
    `-hls_fmp4_init_filename init.mp4 -hls_segment_filename ${name}/%05d.m4s ${name}/list.m3u8`
  );
}
