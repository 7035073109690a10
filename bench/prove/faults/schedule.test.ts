import { expect, test } from 'vitest';
import type { FaultName } from './fault-table.js';
import { planFaults } from './schedule.js';

/** What a schedule looks at. */
const targets: Partial<Record<FaultName, readonly string[]>> = {
  'kill api': ['api'],
  'kill worker': ['worker-1', 'worker-2'],
  'cut network': ['a', 'b', 'c'],
};
const plan = (seed: number, uploads = 2_000) => planFaults(targets, { seed, uploads, perSecond: 10 });

test('the same seed gives the same faults, another one others', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

test('each round has each fault once, whose targets take turns, spread over all uploads', () => {
  const faults = plan(1);
  expect(faults).toHaveLength(12);
  for (let round = 0; round < 12; round += 3) {
    expect(
      faults
        .slice(round, round + 3)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['cut network', 'kill api', 'kill worker']);
  }
  const cut = faults.filter(({ name }) => name === 'cut network').map(({ target }) => target);
  expect(cut.slice(0, 3).toSorted()).toEqual([0, 1, 2]);
  const gaps = faults.slice(1).map(({ atUpload }, index) => atUpload - (faults[index]?.atUpload ?? 0));
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
  expect(faults.at(-1)?.atUpload).toBeLessThan(2_000);
});

test('a short run has one round', () => {
  expect(plan(1, 10)).toHaveLength(3);
});
