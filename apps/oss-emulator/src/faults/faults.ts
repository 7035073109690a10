import { createHash } from 'node:crypto';
import type { FaultName, FaultPlace } from './fault-table.js';
import type { FaultPlan, FaultRule } from './fault-plan.js';
import { matchesPattern } from './key-pattern.js';

const maxRecent = 100;

/** A request, callback or event that faults may happen to. */
export interface FaultTarget {
  /** As OSS names it, such as PutObject. */
  readonly operation: string;
  readonly bucket: string;
  /** Empty for a request that concerns no object. */
  readonly objectKey: string;
  /** Id of the request, also of the one that asks for a callback or that an event tells of. */
  readonly requestId: string;
}

export interface AppliedFault extends FaultTarget {
  readonly fault: FaultName;
  readonly at: string;
}

/** How often a rule was asked, and how often it said yes. */
interface Count {
  matched: number;
  applied: number;
}

/** The faults that are switched on, and what they did. */
export class Faults {
  #plan: FaultPlan;
  #counts: Count[] = [];
  readonly #recent: AppliedFault[] = [];

  constructor(plan: FaultPlan) {
    this.#plan = plan;
    this.replace(plan);
  }

  /** Puts another plan in place of the present one; counting begins anew. */
  replace(plan: FaultPlan): void {
    this.#plan = plan;
    this.#counts = plan.rules.map(() => ({ matched: 0, applied: 0 }));
    this.#recent.length = 0;
  }

  /** Decides which rules apply, in the order of the plan, and notes them. */
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

  /** The plan, the counts of its rules, and the last hundred faults, newest first. */
  report() {
    return { ...this.#plan, counts: this.#counts, recent: this.#recent.toReversed() };
  }
}

function concerns({ operation, keys }: FaultRule, target: FaultTarget): boolean {
  if (operation !== undefined && operation !== target.operation) return false;
  return keys === undefined || (target.objectKey !== '' && matchesPattern(keys, target.objectKey));
}

/** The same `draw` always gives the same answer. */
function applies({ share = 1, every }: FaultRule, draw: string, matched: number): boolean {
  if (every !== undefined) return matched % every === 0;
  return createHash('sha256').update(draw).digest().readUInt32BE() / 2 ** 32 < share;
}
