import { seededRandom, shuffled } from '../random.js';
import type { FaultName } from './fault-table.js';

export interface PlannedFault {
  readonly name: FaultName;
  /** Which of those that it may happen to. */
  readonly target: number;
  /** It happens when the upload of this number begins. */
  readonly atUpload: number;
}

/** Most of them are over, and what they broke works again, within this time. */
const secondsPerFault = 15;

/** Whom each fault may happen to, by name. */
export type Targets = Readonly<Partial<Record<FaultName, readonly string[]>>>;

/**
 * When which fault happens to whom, the same for the same seed, targets, rate and number of uploads: each of them once in a
 * round, in an order of each round's own, spread over the whole run. Pure.
 */
export function planFaults(
  targets: Targets,
  { seed, uploads, perSecond }: { seed: number; uploads: number; perSecond: number },
): PlannedFault[] {
  const random = seededRandom(seed);
  const countOf = (name: FaultName) => targets[name]?.length ?? 0;
  const names = (Object.keys(targets) as FaultName[]).filter((name) => countOf(name) > 0);
  const rounds = Math.max(1, Math.floor(uploads / perSecond / (names.length * secondsPerFault)));
  const order = Array.from({ length: rounds }, () => shuffled(names, random)).flat();
  // Each target of a fault in turn.
  const turns = new Map<FaultName, number[]>();
  return order.map((name, index) => {
    const left = turns.get(name) ?? [];
    if (left.length === 0) left.push(...shuffled([...Array(countOf(name)).keys()], random));
    turns.set(name, left);
    return {
      name,
      target: left.pop() ?? 0,
      atUpload: Math.floor((uploads * (index + 0.5)) / (order.length + 0.5)),
    };
  });
}
