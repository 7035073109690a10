import { type Cost, costs } from '#capacity';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { showSpread, spreadOf } from '../harness/spread.js';
import { measureCallbackCosts } from './callback-costs.js';
import { measureDeliveryCosts } from './delivery-costs.js';
import { measureImageCosts } from './image-costs.js';
import { measureQueueCosts } from './queue-costs.js';
import { measureVideoCosts } from './video-costs.js';

const parts = [
  measureCallbackCosts,
  measureImageCosts,
  measureVideoCosts,
  measureDeliveryCosts,
  measureQueueCosts,
] as const;

/**
 * Measures the cost of each kind of work, in processor time and bytes, and compares it to the values in
 * `libs/capacity/src/costs.ts`. Processor time hardly changes when the machine is shared.
 */
export async function measureCapacity(options: BenchmarkOptions): Promise<Report> {
  const measured: Partial<Record<keyof typeof costs, number[]>> = {};
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const part of parts) {
      options.signal.throwIfAborted();
      for (const [name, value] of Object.entries(await part(options))) {
        (measured[name as keyof typeof costs] ??= []).push(value);
        options.say(`round ${round} of ${options.rounds}: ${name} ${value.toPrecision(3)}`);
      }
    }
  }
  const rows = Object.entries(measured).map(([name, values]) => {
    const { value, unit }: Cost = costs[name as keyof typeof costs];
    const spread = spreadOf(values);
    const digits = spread.median < 10 ? 3 : 0;
    return [name, showSpread(spread, digits), String(value), (spread.median / value).toFixed(2), unit];
  });
  return {
    name: 'capacity',
    ratios: {},
    facts: { settings: { rounds: options.rounds }, measured },
    tables: [[['cost', 'median (min–max)', 'in the table', 'against it', 'unit'], ...rows]],
    notes: [`${options.rounds} rounds; processor time, user and system, of the processes named`],
  };
}
