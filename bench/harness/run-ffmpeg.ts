import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs ffmpeg once.
 * @param args strings are split at spaces; arrays are passed on unchanged
 * @returns its duration in milliseconds
 * @throws Error with ffmpeg's error output
 */
export async function runFfmpeg(
  ffmpeg: string,
  args: readonly (string | readonly string[])[],
  cwd?: string,
): Promise<number> {
  const words = args.flatMap((part) => (typeof part === 'string' ? part.split(' ') : part));
  const startedAt = performance.now();
  await run(ffmpeg, ['-nostdin', '-v', 'error', '-y', ...words], { cwd });
  return performance.now() - startedAt;
}
