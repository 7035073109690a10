import { createHash } from 'node:crypto';
import type { FaultName, FaultPlace } from './fault-table.js';
import type { FaultPlan, FaultRule } from './fault-plan.js';
import { matchesPattern } from './key-pattern.js';

const maxRecent = 100;

/** A request, callback or event that a fault may affect. */
export interface FaultTarget {
  /** The operation name as OSS spells it, such as PutObject. */
  readonly operation: string;
  readonly bucket: string;
  /** Empty for a request that addresses no object. */
  readonly objectKey: string;
  /** Id of the request itself, or of the request that caused the callback or event. */
  readonly requestId: string;
}

export interface AppliedFault extends FaultTarget {
  readonly fault: FaultName;
  readonly at: string;
}

/** How often a rule matched, and how often it was applied. */
interface Count {
  matched: number;
  applied: number;
}

/** The active faults and a record of their effects. */
export class Faults {
  #plan: FaultPlan;
  #counts: Count[] = [];
  readonly #recent: AppliedFault[] = [];

  constructor(plan: FaultPlan) {
    this.#plan = plan;
    this.replace(plan);
  }

  /** Replaces the plan and resets the counts. */
  replace(plan: FaultPlan): void {
    this.#plan = plan;
    this.#counts = plan.rules.map(() => ({ matched: 0, applied: 0 }));
    this.#recent.length = 0;
  }

  /** Decides which rules apply, in plan order, and records them. */
  decide(place: FaultPlace, target: FaultTarget): FaultRule[] {
    const applied = this.#plan.rules.filter((rule, index) => {
      const count = this.#counts[index];
      if (!count || !rule.fault.startsWith(`${place}.`) || !concerns(rule, target)) return false;
      count.matched += 1;
      if (!applies(rule, `${this.#plan.seed} ${index} ${count.matched}`, count.matched)) return false;
      count.applied += 1;
      return true;
    });
    const at = new Date().toISOString();
    this.#recent.push(...applied.map(({ fault }) => ({ fault, at, ...target })));
    this.#recent.splice(0, this.#recent.length - maxRecent);
    return applied;
  }

  /** The plan, the counts of its rules, and the last 100 applied faults, newest first. */
  report() {
    return { ...this.#plan, counts: this.#counts, recent: this.#recent.toReversed() };
  }
}

function concerns({ operation, keys }: FaultRule, target: FaultTarget): boolean {
  if (operation !== undefined && operation !== target.operation) return false;
  return keys === undefined || (target.objectKey !== '' && matchesPattern(keys, target.objectKey));
}

/** Deterministic: the same `draw` always gives the same answer. */
function applies({ share = 1, every }: FaultRule, draw: string, matched: number): boolean {
  if (every !== undefined) return matched % every === 0;
  return createHash('sha256').update(draw).digest().readUInt32BE() / 2 ** 32 < share;
}
