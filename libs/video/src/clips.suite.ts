import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scratchFolder } from './fixtures.suite.js';

const execute = promisify(execFile);

export async function ffmpeg(...args: string[]): Promise<string> {
  const { stdout } = await execute('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
  return stdout;
}

/** Asks ffprobe for some entries, one a line. */
export async function ask(file: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await execute('ffprobe', ['-v', 'error', '-of', 'csv=p=0', ...args, file]);
  return stdout.trim().split('\n').filter(Boolean);
}

export const picture = (size: string, seconds = 2, rate = '25') => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`,
];
export const sound = (seconds = 2) => ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
export const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
export const interlaced = ['-c:v', 'mpeg2video', '-flags', '+ilme+ildct', '-vf', 'setfield=tff'];
export const aac = ['-c:a', 'aac', '-shortest'];

/** Makes a video with sound in a folder of its own and returns its path. */
export async function makeClip(size = '320x180', seconds = 2, more: string[] = []): Promise<string> {
  const file = join(await scratchFolder(), 'clip.mp4');
  await ffmpeg(...picture(size, seconds), ...sound(seconds), ...h264, ...aac, ...more, file);
  return file;
}

/** Turns the first track of an MP4 clockwise, as a phone does: by the matrix in its header (ISO/IEC 14496-12, tkhd). */
export async function turnClip(clip: string, degrees: 90 | 180 | 270): Promise<void> {
  const cosAndSin = { 90: [0, 1], 180: [-1, 0], 270: [0, -1] } as const;
  const [cos, sin] = cosAndSin[degrees];
  const bytes = await readFile(clip);
  const matrix = bytes.indexOf('tkhd') + 44;
  for (const [place, value] of [cos, sin, 0, -sin, cos].entries()) {
    bytes.writeInt32BE(value * 65_536, matrix + 4 * place);
  }
  await writeFile(clip, bytes);
}

/** The brightness (0 to 255) of the parts of a picture, or of the first frame of a video, from the top left. */
export async function grayParts(file: string, columns: number, rows: number): Promise<number[]> {
  const raw = join(await scratchFolder(), 'parts.raw');
  const shrink = `scale=${columns}:${rows}:flags=area,format=gray`;
  await ffmpeg('-i', file, '-vf', shrink, '-frames:v', '1', '-f', 'rawvideo', raw);
  return [...(await readFile(raw))];
}
