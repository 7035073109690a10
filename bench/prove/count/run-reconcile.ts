import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bucket, type Stack } from '../parts/stack.js';

const limitMs = 600_000;

/**
 * Runs `landfall reconcile` over the whole bucket, the last of the nets.
 * @throws Error with what it says when it fails
 */
export async function runReconcile({ env }: Stack): Promise<void> {
  const landfall = fileURLToPath(new URL('../../../programs/landfall.js', import.meta.url));
  const words = [landfall, 'reconcile', '--bucket', bucket, '--json'];
  await promisify(execFile)(process.execPath, words, { env, timeout: limitMs });
}
