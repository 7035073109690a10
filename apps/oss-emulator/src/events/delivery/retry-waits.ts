import type { EventRule } from '../model/event-rules.js';

const dayS = 86_400;

/** 1, 2, 4 … 256 s, then 512 s each, for a day: 176 of them. */
function decay(): number[] {
  const waits = Array.from({ length: 9 }, (_, at) => 2 ** at);
  let sum = waits.reduce((all, wait) => all + wait, 0);
  for (; sum + 512 < dayS; sum += 512) waits.push(512);
  return waits;
}

const waitsS = {
  // 10 to 20 s, as documented.
  BACKOFF_RETRY: [10, 15, 20],
  EXPONENTIAL_DECAY_RETRY: decay(),
} as const;

/** How long the next attempt waits, in milliseconds; undefined when there is to be none. */
export function retryWaitMs(rule: EventRule, attempts: number): number | undefined {
  const wait = waitsS[rule.target === 'queue' ? 'EXPONENTIAL_DECAY_RETRY' : rule.retry][attempts - 1];
  return wait === undefined ? undefined : wait * 1_000;
}
