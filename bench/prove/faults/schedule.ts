import { seededRandom, shuffled } from '../random.js';
import { type FaultName, faults } from './fault-table.js';
import type { Stack } from '../parts/stack.js';

export interface PlannedFault {
  readonly name: FaultName;
  /** Which of those that it may happen to. */
  readonly target: number;
  /** It happens when the upload of this number begins. */
  readonly atUpload: number;
}

/** Most of them are over, and what they broke works again, within this time. */
const secondsPerFault = 15;

/**
 * When which fault happens to whom, the same for the same seed, backend and number of uploads: each of them once in a round, in
 * an order of each round's own, spread over the whole run.
 */
export function planFaults(
  stack: Stack,
  { seed, uploads, perSecond }: { seed: number; uploads: number; perSecond: number },
): PlannedFault[] {
  const random = seededRandom(seed);
  const names = (Object.keys(faults) as FaultName[]).filter((name) => faults[name].targets(stack).length > 0);
  const rounds = Math.max(1, Math.floor(uploads / perSecond / (names.length * secondsPerFault)));
  const order = Array.from({ length: rounds }, () => shuffled(names, random)).flat();
  // Each target of a fault in turn.
  const turns = new Map<FaultName, number[]>();
  return order.map((name, index) => {
    const left = turns.get(name) ?? [];
    if (left.length === 0) left.push(...shuffled([...faults[name].targets(stack).keys()], random));
    turns.set(name, left);
    return {
      name,
      target: left.pop() ?? 0,
      atUpload: Math.floor((uploads * (index + 0.5)) / (order.length + 0.5)),
    };
  });
}
