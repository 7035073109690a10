import type { FaultName } from './fault-table.js';
import type { Faults, FaultTarget } from './faults.js';

/** The faults of one callback or event. */
export interface MessageFaults {
  /** The names of the applied faults, for the journal. */
  readonly names: readonly FaultName[];
  readonly delayMs: number;
  /** How long it is held so that others can overtake it; 0 if not at all. */
  readonly holdMs: number;
  readonly isDropped: boolean;
  readonly isDoubled: boolean;
  readonly isCorrupted: boolean;
  readonly losesAnswer: boolean;
}

export const noMessageFaults: MessageFaults = {
  names: [],
  delayMs: 0,
  holdMs: 0,
  isDropped: false,
  isDoubled: false,
  isCorrupted: false,
  losesAnswer: false,
};

/** Decides the faults once per message: they apply to all URLs of a callback and to all attempts of an event. */
export function decideMessageFaults(
  place: 'callback' | 'event',
  target: FaultTarget,
  faults: Faults,
): MessageFaults {
  const rules = faults.decide(place, target);
  const names = rules.map(({ fault }) => fault);
  const has = (kind: string) => rules.some(({ fault }) => fault === `${place}.${kind}`);
  const waitMs = (kind: string) =>
    rules.reduce(
      (sum, rule) => sum + (rule.fault === `${place}.${kind}` && 'delayMs' in rule ? rule.delayMs : 0),
      0,
    );
  return {
    names,
    delayMs: waitMs('delay'),
    holdMs: waitMs('reorder'),
    isDropped: has('drop'),
    isDoubled: has('duplicate'),
    isCorrupted: has('corrupt'),
    losesAnswer: has('loseAnswer'),
  };
}

/** A different body of the same length. */
export function corruptBody(body: Buffer): Buffer {
  const corrupted = Buffer.from(body);
  const last = corrupted.length - 1;
  // Flipping this bit keeps ASCII readable and UTF-8 valid.
  if (last >= 0) corrupted.writeUInt8(corrupted.readUInt8(last) ^ 1, last);
  return corrupted;
}
