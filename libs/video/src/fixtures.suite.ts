import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { probeMedia } from './probe-media.js';

const execute = promisify(execFile);

export const tools = { ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe' };
export const limits = { maxPixels: 9_000_000, timeoutMs: 60_000 };
export const never = new AbortController().signal;
export const ignore = () => undefined;

export const probe = (source: string) => probeMedia(tools, source, limits, never);

/** A folder that goes with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'video-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
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
