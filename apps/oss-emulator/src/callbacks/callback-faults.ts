import type { Faults } from '../faults/faults.js';
import type { FaultName } from '../faults/fault-table.js';
import type { CallbackOrder } from './attempt.js';

/** What goes wrong with the callback of one upload. */
export interface CallbackFaults {
  /** What was applied, for the journal. */
  readonly names: readonly FaultName[];
  readonly delayMs: number;
}

/** Asks the rules once for each upload: what they decide holds for all of its URLs. */
export function decideCallbackFaults(
  { operation, bucket, objectKey, requestId }: CallbackOrder,
  faults: Faults,
): CallbackFaults {
  const rules = faults.decide('callback', { operation, bucket, objectKey, requestId });
  return {
    names: rules.map(({ fault }) => fault),
    delayMs: rules.reduce((sum, rule) => sum + ('delayMs' in rule ? rule.delayMs : 0), 0),
  };
}

/** Another body of the same length. */
export function corruptBody(body: Buffer): Buffer {
  const corrupted = Buffer.from(body);
  const last = corrupted.length - 1;
  // This bit keeps ASCII readable, and UTF-8 valid.
  if (last >= 0) corrupted.writeUInt8(corrupted.readUInt8(last) ^ 1, last);
  return corrupted;
}
