import { pause } from '#runtime';
import type { Pace } from '../load/pace.js';
import type { Stack } from '../parts/stack.js';
import { type Fault, type FaultName, faults } from './fault-table.js';
import type { PlannedFault } from './schedule.js';
import type { Recovery, Watch } from './watch.js';

/** A fault that was injected, or the reason why it was skipped. */
export type MadeFault = { readonly name: FaultName } & (
  | { readonly skipped: string }
  | { readonly skipped: null; readonly atS: number; readonly target: string; readonly recovery: Recovery }
);

interface Making {
  readonly stack: Stack;
  readonly pace: Pace;
  readonly watch: Watch;
  readonly uploads: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Injects the faults one after another, each at its time, and waits for recovery after each. */
export async function makeFaults(schedule: readonly PlannedFault[], making: Making): Promise<MadeFault[]> {
  const { pace, uploads, signal, say } = making;
  const startedAt = Date.now();
  const made: MadeFault[] = [];
  // Uploads wait for the faults: however long a fault takes, the load does not run ahead of the interval of that
  // fault. Half of the interval follows the fault, so that there are always uploads to show recovery.
  const half = uploads / (2 * schedule.length + 1);
  const allowUntil = (next: PlannedFault | undefined) =>
    pace.allow(next ? Math.floor(next.atUpload + half) : uploads);
  for (const [index, planned] of schedule.entries()) {
    allowUntil(planned);
    await pace.reached(planned.atUpload);
    signal.throwIfAborted();
    const fault = await makeFault(planned, startedAt, making, () => allowUntil(schedule[index + 1]));
    made.push(fault);
    say(tellFault(planned, fault));
  }
  return made;
}

/** @param onAwaited called when the wait for recovery begins */
async function makeFault(
  { name, target }: PlannedFault,
  startedAt: number,
  { stack, watch, signal }: Making,
  onAwaited: () => void,
): Promise<MadeFault> {
  const fault: Fault = faults[name];
  const skipped = fault.refusal?.(stack) ?? null;
  if (skipped !== null) {
    onAwaited();
    return { name, skipped };
  }
  const backlog = await watch.readBacklog();
  const struckAt = Date.now();
  await fault.strike(stack, target);
  const hold = async () => {
    await pause(fault.holdMs, signal);
    await fault.lift?.(stack, target);
  };
  const recover = (since: number) => {
    onAwaited();
    return watch.awaitRecovery(since, backlog);
  };
  const held = hold();
  if (!fault.recoversMeanwhile) await held;
  const [recovery] = await Promise.all([recover(fault.recoversMeanwhile ? struckAt : Date.now()), held]);
  const atS = Math.round((struckAt - startedAt) / 1_000);
  return { name, skipped: null, atS, target: fault.targets(stack)[target] ?? '', recovery };
}

function tellFault({ atUpload }: PlannedFault, fault: MadeFault): string {
  if (fault.skipped !== null) return `${fault.name}: skipped, ${fault.skipped}`;
  const { answeredMs, readyMs, backlogMs } = fault.recovery;
  const seconds = (ms: number | null) => (ms === null ? 'never' : `${(ms / 1_000).toFixed(1)} s`);
  return `${fault.atS} s, upload ${atUpload}: ${fault.name} ${fault.target}: answered ${seconds(answeredMs)}, ready ${seconds(readyMs)}, backlog ${seconds(backlogMs)}`;
}
