import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Base, bucket, builtProgram } from '../parts/base.js';

const limitMs = 600_000;

/**
 * Runs `landfall reconcile` over the whole bucket, the last safety net.
 * @throws Error with its output if it fails
 */
export async function runReconcile({ env }: Pick<Base, 'env'>): Promise<void> {
  const words = [builtProgram('landfall'), 'reconcile', '--bucket', bucket, '--json'];
  await promisify(execFile)(process.execPath, words, { env, timeout: limitMs });
}
