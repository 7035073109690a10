import { type CapacityPlan, type Demand, planCapacity, type Work, workOf } from '#capacity';
import { loadPipelines } from '#pipelines';
import { loadConfig } from '#runtime';

/** The options of `landfall plan`. */
export interface PlanOptions {
  readonly uploadsPerDay: number;
  readonly megapixels: number;
  readonly videoMinutes: number;
  readonly videoLength: number;
  readonly peak: number;
  readonly webhooks: number;
  readonly pipelines: string;
  readonly json?: true | undefined;
}

const secondsPerDay = 86_400;

/** Prints the capacity needed for the given uploads, optionally as one JSON value. */
export function printPlan(options: PlanOptions, env: NodeJS.ProcessEnv): void {
  const demand: Demand = {
    imagesPerDay: options.uploadsPerDay,
    videoMinutesPerDay: options.videoMinutes,
    minutesPerVideo: options.videoLength,
    peakFactor: options.peak,
    webhooks: options.webhooks,
    eventDays: loadConfig(['eventLog'], env).eventLog.keepS / secondsPerDay,
  };
  const work = workOf(loadPipelines(options.pipelines), options.megapixels);
  const plan = planCapacity(demand, work);
  if (options.json) console.log(JSON.stringify({ demand, work, plan }));
  else for (const line of planLines(plan, work)) console.log(line);
}

/** Formats a plan as lines of text. */
export function planLines(plan: CapacityPlan, work: Work): string[] {
  const { api, workers, postgres, redis, bitsPerSecond, callbacksPerSecond } = plan;
  const processes = ({ processes: count, coresEach, busyCores }: CapacityPlan['api']) =>
    `${count.toLocaleString('en')} × ${coresEach} ${coresEach === 1 ? 'core' : 'cores'} (${rounded(busyCores)} cores at the peak, 30 % of them headroom)`;
  const rows: [string, string][] = [
    [
      'callbacks',
      `${rounded(callbacksPerSecond.mean)}/s on average, ${rounded(callbacksPerSecond.peak)}/s at the peak`,
    ],
    ['api', processes(api)],
    ['workers, thumbnail', processes(workers.thumbnail)],
    ['workers, transcode', processes(workers.transcode)],
    ['workers, delivery', processes(workers.delivery)],
    [
      'Postgres',
      `${rounded(postgres.busyCores)} cores at the peak, up to ${postgres.connections} connections`,
    ],
    [
      'database',
      `grows by ${bytes(postgres.growthBytesPerDay)} per day, plus ${bytes(postgres.logBytes)} of events and deliveries; ${bytes(postgres.bytesAfterYear)} after a year`,
    ],
    [
      'Redis',
      `${bytes(redis.bytes)} for one peak hour of waiting jobs (${rounded(redis.jobsOfAnHour)} jobs)`,
    ],
    ['from OSS', bits(bitsPerSecond.fromStore)],
    ['to OSS', bits(bitsPerSecond.toStore)],
    ['callbacks in', bits(bitsPerSecond.callbacks)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
    `An image takes ${rounded(work.imageMs)} ms of one core, a minute of video ${rounded(work.videoSecondsPerMinute)} s.`,
    ...work.guesses.map((guess) => `assumption: ${guess}`),
    'The unit costs in docs/capacity.md were measured on one machine: measure on yours.',
  ];
}

/** Rounds to three significant digits; a plan is no more accurate than that. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

function bytes(value: number): string {
  return withUnit(value, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
}

function bits(perSecond: number): string {
  return withUnit(perSecond, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
}

function withUnit(value: number, units: readonly string[]): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${rounded(value / 1_000 ** power)} ${units[power]}`;
}
