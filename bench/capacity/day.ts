import { readFile } from 'node:fs/promises';
import { costs, type SimulatedQueue, simulateDay, workOf } from '#capacity';
import { parsePipelines } from '#pipelines';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';

const callbacksPerSecond = 1_000;
const peakFactor = 2;
const megapixels = 12;
/** One in a hundred uploads is a one-minute video. */
const videoShare = 0.01;
/**
 * In seconds, as in docs/operators/scaling.md: KEDA polls every 30 s, a pod starts within a minute and is removed
 * after five.
 */
const scaler = { lookEvery: 30, startUp: 60, coolDown: 300 };
const cores = 4;

/**
 * Simulates a day with a mean of 1,000 callbacks per second, and twice as many in the evening, from the cost table:
 * the backlog, waiting times and worker lifetimes. Workers are autoscaled, autoscaled up to what the mean load needs,
 * or always as many as the peak needs.
 */
export async function measureDay({ say }: BenchmarkOptions): Promise<Report> {
  say('simulating …');
  const begin = performance.now();
  const work = workOf(parsePipelines(await readFile('pipelines.yaml', 'utf8'), 'pipelines.yaml'), megapixels);
  const kinds: readonly [name: string, queue: Omit<SimulatedQueue, 'workersMin' | 'workersMax'>][] = [
    [
      'thumbnail',
      {
        perSecond: callbacksPerSecond * (1 - videoShare),
        secondsEach: work.imageMs / 1_000,
        coresPerWorker: cores,
        jobsAtOnce: cores,
        backlogPerWorker: 50,
      },
    ],
    [
      'transcode',
      {
        perSecond: callbacksPerSecond * videoShare,
        secondsEach: work.videoSecondsPerMinute,
        coresPerWorker: cores,
        // One video at a time, with one more waiting.
        jobsAtOnce: 1,
        backlogPerWorker: 2,
      },
    ],
  ];
  const days = kinds.flatMap(([name, queue]) => {
    const mean = Math.ceil((queue.perSecond * queue.secondsEach) / cores / 0.95);
    const simulate = (workersMin: number, workersMax: number) =>
      simulateDay({ ...queue, workersMin, workersMax }, scaler, peakFactor);
    return [
      { name: `${name}, scaled`, day: simulate(0, 4 * mean) },
      { name: `${name}, scaled, at most as many as the mean needs`, day: simulate(0, mean) },
      { name: `${name}, always as many as the peak needs`, day: simulate(2 * mean, 2 * mean) },
    ];
  });
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const apiCores = (callbacksPerSecond * peakFactor * costs.callbackApi.value) / 1_000;
  return {
    name: 'capacity-day',
    ratios: {},
    facts: { settings: { callbacksPerSecond, peakFactor, megapixels, videoShare, scaler, work }, days },
    tables: [
      [
        ['queue', 'jobs', 'most that wait', 'oldest s', 'mean wait s', 'workers', 'worker-minutes', 'busy'],
        ...days.map(({ name, day }) => [
          name,
          whole(day.jobs),
          whole(day.maxBacklog),
          whole(day.oldestSeconds),
          day.meanWaitSeconds.toFixed(1),
          whole(day.maxWorkers),
          whole(day.workerMinutes),
          `${(day.busyShare * 100).toFixed(0)} %`,
        ]),
      ],
    ],
    notes: [
      `${whole(callbacksPerSecond)} callbacks a second by mean, ${peakFactor} times as many in the evening; ${videoShare * 100} of 100 are videos of a minute, the others photos of ${megapixels} megapixels; workers of ${cores} cores`,
      `the api is ${apiCores.toFixed(2)} cores busy at the peak and nothing waits there; scalers look every ${scaler.lookEvery} s, workers come after ${scaler.startUp} s and go after ${scaler.coolDown} s`,
      `simulated second by second in ${((performance.now() - begin) / 1_000).toFixed(1)} s with libs/capacity/src/costs.ts; nothing fails and the store is never slow there`,
    ],
  };
}
