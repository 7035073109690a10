import { LandfallError } from '#runtime';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decoderHeapMiB, type DecoderAnswer, type DecoderDone, type DecoderTask } from './decoder-task.js';
import type { ImageLimits } from '../../limits/image-limits.js';
import { WorkTime } from '../../limits/work-time.js';

/** The thread's file has the same extension as this one: .js when built, .ts in the tests. */
const threadFile = new URL(`../decoder-thread${extname(import.meta.url)}`, import.meta.url);

/**
 * Runs a decoder in a separate thread without environment variables. Terminates the thread when the work ends, on
 * timeout or on abort. It uses at most `decoderThreadBytes`: the heap is bounded here, the decoder's memory by
 * `boundWasm`. Fails with the decoder's refusal, media.too_complex, media.timed_out or the signal's reason.
 */
export async function runDecoder(
  task: DecoderTask,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<DecoderDone> {
  signal.throwIfAborted();
  const thread = new Worker(threadFile, {
    workerData: task,
    env: {},
    execArgv: [],
    resourceLimits: {
      maxOldGenerationSizeMb: decoderHeapMiB.old,
      maxYoungGenerationSizeMb: decoderHeapMiB.young,
    },
    stdout: true,
    stderr: true,
  });
  // Decoder output is of no use, but would be buffered if it were not read.
  thread.stdout.resume();
  thread.stderr.resume();
  try {
    const answer = await new WorkTime(limits.timeoutMs, signal).wait(answerOf(thread));
    if ('reported' in answer) return answer;
    throw new LandfallError(answer.code, answer.detail, { cause: new Error(answer.reason) });
  } finally {
    await thread.terminate();
  }
}

function answerOf(thread: Worker): Promise<DecoderAnswer> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', (cause) => {
      const outOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(
        new LandfallError(outOfMemory ? 'media.too_complex' : 'internal.unexpected', undefined, { cause }),
      );
    });
    // No effect after a message.
    thread.once('exit', () => reject(new LandfallError('media.too_complex', 'its decoder gave up')));
  });
}
