import { LandfallError } from '#runtime';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { guestHeapMiB, type GuestAnswer, type GuestDone, type GuestTask } from './decoder-task.js';
import type { ImageLimits } from '../../input/image-header.js';
import { WorkTime } from '../../renditions/work-time.js';

/** The thread's file has the ending of this one: .js when built, .ts in the tests. */
const threadFile = new URL(`./decoder-thread${extname(import.meta.url)}`, import.meta.url);

/**
 * Runs a guest in a thread of its own, without our environment, and ends the thread with the work, the time limit or the signal, whatever it is at.
 * It takes no more than `guestThreadBytes`: its heap is bounded here, its decoder by `boundWasm`.
 * Fails with what the guest refuses, media.too_complex, media.timed_out or the signal's reason.
 */
export async function runGuest(
  task: GuestTask,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<GuestDone> {
  signal.throwIfAborted();
  const thread = new Worker(threadFile, {
    workerData: task,
    env: {},
    execArgv: [],
    resourceLimits: {
      maxOldGenerationSizeMb: guestHeapMiB.old,
      maxYoungGenerationSizeMb: guestHeapMiB.young,
    },
    stdout: true,
    stderr: true,
  });
  // What a decoder prints is of no use, and would be kept if nobody read it.
  thread.stdout.resume();
  thread.stderr.resume();
  try {
    const answer = await new WorkTime(limits.timeoutMs, signal).wait(answerOf(thread));
    if ('told' in answer) return answer;
    throw new LandfallError(answer.code, answer.detail, { cause: new Error(answer.reason) });
  } finally {
    await thread.terminate();
  }
}

function answerOf(thread: Worker): Promise<GuestAnswer> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', (cause) => {
      const outOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(
        new LandfallError(outOfMemory ? 'media.too_complex' : 'internal.unexpected', undefined, { cause }),
      );
    });
    // After a message this changes nothing.
    thread.once('exit', () => reject(new LandfallError('media.too_complex', 'its decoder gave up')));
  });
}
