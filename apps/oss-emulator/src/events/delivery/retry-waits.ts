import type { EventRule } from '../model/event-rules.js';

const dayS = 86_400;

/** 176 waits of 1, 2, 4 … 256 s and then 512 s each, within one day in total. */
function decay(): number[] {
  const waits = Array.from({ length: 9 }, (_, at) => 2 ** at);
  let sum = waits.reduce((all, wait) => all + wait, 0);
  for (; sum + 512 < dayS; sum += 512) waits.push(512);
  return waits;
}

const waitsS = {
  // Documented as 10 to 20 s.
  BACKOFF_RETRY: [10, 15, 20],
  EXPONENTIAL_DECAY_RETRY: decay(),
} as const;

/** Wait before the next attempt, in milliseconds; undefined if there is none. */
export function retryWaitMs(rule: EventRule, attempts: number): number | undefined {
  const wait = waitsS[rule.target === 'queue' ? 'EXPONENTIAL_DECAY_RETRY' : rule.retry][attempts - 1];
  return wait === undefined ? undefined : wait * 1_000;
}
