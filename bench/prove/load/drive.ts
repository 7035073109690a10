import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pause } from '#runtime';
import { seededRandom } from '../random.js';
import type { Answer } from './client.js';
import { type KindShares, type PlannedUpload, planUpload } from './uploads.js';

/** More at once wait for one that ends. */
const mostAtOnce = 256;

export interface Drive {
  readonly uploads: number;
  readonly seed: number;
  readonly perSecond: number;
  readonly shares?: KindShares;
  /** Gets a line for each upload that is over: its key, a blank, how it ended. */
  readonly answersFile: string;
  /** Resolves when the upload of this number may begin. */
  readonly mayBegin: (number: number) => Promise<void>;
  readonly upload: (upload: PlannedUpload, signal: AbortSignal) => Promise<Answer>;
  readonly signal: AbortSignal;
}

/** Makes the uploads at a steady rate; what was held up is not caught up with. Nothing is kept of what is over but its line. */
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
