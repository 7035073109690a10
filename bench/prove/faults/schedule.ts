import { seededRandom, shuffled } from '../random.js';
import type { FaultName } from './fault-table.js';

export interface PlannedFault {
  readonly name: FaultName;
  /** Index of the target. */
  readonly target: number;
  /** The fault happens when the upload with this number begins. */
  readonly atUpload: number;
}

/** Time after which most faults are over and recovered from. */
const secondsPerFault = 15;

/** The possible targets of each fault, by fault name. */
export type Targets = Readonly<Partial<Record<FaultName, readonly string[]>>>;

/**
 * Plans the faults: each occurs once per round, in a random order, spread over the whole run. Pure; the same seed,
 * targets, rate and number of uploads give the same plan.
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
  // The targets of a fault take turns.
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
