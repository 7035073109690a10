import { planCapacity, workOf } from '#capacity';
import { loadPipelines } from '#pipelines';
import { expect, test } from 'vitest';
import { planLines } from './print-plan.js';

test('a plan for the pipelines that ship says what each part needs, in units that a person reads', () => {
  const work = workOf(loadPipelines('pipelines.yaml'), 12);
  const demand = {
    imagesPerDay: 1_000_000,
    videoMinutesPerDay: 5_000,
    minutesPerVideo: 1,
    peakFactor: 4,
    webhooks: 1,
    eventDays: 30,
  };
  const lines = planLines(planCapacity(demand, work), work);
  expect(lines.join('\n')).toMatch(/^api +2 × 1 core \(/m);
  expect(lines.join('\n')).toMatch(/^database +grows by [\d.]+ GB per day, plus [\d.]+ GB of events/m);
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/);
});
