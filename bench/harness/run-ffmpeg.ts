import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs ffmpeg once. @returns milliseconds
 * @param args texts are taken apart at their spaces; a list is passed on as it is
 * @throws Error with what ffmpeg says
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
