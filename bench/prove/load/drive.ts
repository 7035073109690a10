import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pause } from '#runtime';
import { seededRandom } from '../random.js';
import type { Answer } from './client.js';
import { type KindShares, type PlannedUpload, planUpload } from './uploads.js';

/** Maximum number of concurrent uploads. */
const mostAtOnce = 256;

export interface Drive {
  readonly uploads: number;
  readonly seed: number;
  readonly perSecond: number;
  readonly shares?: KindShares;
  /** Receives one line per finished upload: its key, a space, and the outcome. */
  readonly answersFile: string;
  /** Resolves when the upload with this number may begin. */
  readonly mayBegin: (number: number) => Promise<void>;
  readonly upload: (upload: PlannedUpload, signal: AbortSignal) => Promise<Answer>;
  readonly signal: AbortSignal;
}

/**
 * Makes the uploads at a steady rate; at most one second of delay is caught up. Of a finished upload, only its line
 * is kept.
 */
export async function drive(run: Drive): Promise<void> {
  const { signal, perSecond } = run;
  const random = seededRandom(run.seed);
  const answers = createWriteStream(run.answersFile);
  const working = new Set<Promise<void>>();
  const failed = new AbortController();
  const ends = AbortSignal.any([signal, failed.signal]);
  const work = async (planned: PlannedUpload) => {
    const answer = await run.upload(planned, ends);
    if (!answers.write(`${planned.objectKey} ${answer}\n`)) await once(answers, 'drain');
  };
  let dueAt = performance.now();
  for (let number = 0; number < run.uploads && !ends.aborted; number += 1) {
    await pause(Math.max(0, dueAt - performance.now()), ends);
    await run.mayBegin(number);
    while (working.size >= mostAtOnce) await Promise.race(working);
    dueAt = Math.max(dueAt, performance.now() - 1_000) + 1_000 / perSecond;
    const one: Promise<void> = work(planUpload(number, random, run.shares))
      .catch((error: unknown) => failed.abort(error))
      .finally(() => working.delete(one));
    working.add(one);
  }
  await Promise.all(working);
  answers.end();
  await once(answers, 'close');
  ends.throwIfAborted();
}
