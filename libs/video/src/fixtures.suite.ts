import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const execute = promisify(execFile);

export const tools = { ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe' };
export const limits = { maxPixels: 9_000_000, timeoutMs: 60_000 };
export const never = new AbortController().signal;
export const ignore = () => undefined;

/** A folder that goes with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'video-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

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

/** Serves one file with ranges at a signed-looking URL, and counts the bytes and requests that went out. */
export async function serveFile(path: string) {
  const { size } = await stat(path);
  const counted = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    counted.requests++;
    const [, first = '0', last = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const start = Number(first);
    const end = last === '' ? size - 1 : Number(last);
    response.writeHead(request.headers.range ? 206 : 200, {
      'accept-ranges': 'bytes',
      'content-length': end - start + 1,
      'content-range': `bytes ${start}-${end}/${size}`,
    });
    const body = createReadStream(path, { start, end });
    body.on('data', (chunk) => (counted.bytes += chunk.length));
    body.pipe(response);
    response.on('close', () => body.destroy());
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/clip.mp4?Signature=sesame`, counted, size };
}

export async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The state letter of a process; null when it is gone or only waits to be collected. */
export async function processState(id: number): Promise<string | null> {
  const found = await execute('ps', ['-o', 'stat=', '-p', String(id)]).catch(() => ({ stdout: '' }));
  const state = found.stdout.trim();
  return state === '' || state.startsWith('Z') ? null : state;
}
