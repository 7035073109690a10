/** One queue and the workers that follow its backlog, by the rule of docs/operators/scaling.md. */
export interface SimulatedQueue {
  /** Jobs a second over the day, by mean. */
  readonly perSecond: number;
  /** Processor time of one job. */
  readonly secondsEach: number;
  readonly coresPerWorker: number;
  /** Jobs that a worker has under way at once; all of its cores work on them. */
  readonly jobsAtOnce: number;
  /** Backlog that one worker is for. */
  readonly backlogPerWorker: number;
  readonly workersMin: number;
  readonly workersMax: number;
}

export interface SimulatedScaler {
  /** Seconds between two looks at the backlog. */
  readonly lookEvery: number;
  /** Seconds until a worker that was asked for works. */
  readonly startUp: number;
  /** Workers go when so many seconds long fewer were enough; as many stay as the most of that time. */
  readonly coolDown: number;
}

/** What became of a day. */
export interface SimulatedDay {
  readonly jobs: number;
  readonly maxBacklog: number;
  /** The longest that a job waited before a worker took it. */
  readonly oldestSeconds: number;
  readonly meanWaitSeconds: number;
  readonly maxWorkers: number;
  readonly workerMinutes: number;
  /** Of the processor time of workers what they worked. */
  readonly busyShare: number;
  /** Backlog and workers at the end of each hour. */
  readonly hours: readonly { backlog: number; workers: number }[];
}

const secondsPerDay = 86_400;
const secondsPerHour = 3_600;

/**
 * How many times the mean of the day a second is: the most (`peakFactor`) at 20:00, the fewest at 8:00. A sine around
 * the mean, squeezed so that it never goes below a tenth.
 */
export function diurnal(second: number, peakFactor: number): number {
  const swing = Math.cos((2 * Math.PI * (second - 20 * secondsPerHour)) / secondsPerDay);
  return swing > 0 ? 1 + (peakFactor - 1) * swing : 1 + Math.min(0.9, peakFactor - 1) * swing;
}

/**
 * A day of a queue, second by second: what lands by the curve, what workers do of it in the order in which it landed, and the
 * workers that a scaler starts and ends. It begins with as many workers as the mean needs, and nothing that waits.
 */
export function simulateDay(
  queue: SimulatedQueue,
  scaler: SimulatedScaler,
  peakFactor: number,
): SimulatedDay {
  const { perSecond, secondsEach, coresPerWorker, jobsAtOnce, backlogPerWorker, workersMin, workersMax } =
    queue;
  const { lookEvery, startUp, coolDown } = scaler;
  // Squeezed below and not above, the curve is not 1 by mean: what lands must be what was asked for.
  const curve = Array.from({ length: secondsPerDay }, (_, second) => diurnal(second, peakFactor));
  const scale = (perSecond * secondsPerDay) / curve.reduce((sum, one) => sum + one, 0);
  const landed: number[] = [];
  let first = 0;
  let [backlog, jobs, waited, busy, workerSeconds] = [0, 0, 0, 0, 0];
  let [maxBacklog, oldestSeconds, maxWorkers] = [0, 0, 0];
  let workers = within((perSecond * secondsEach) / coresPerWorker);
  let starting: { at: number; count: number }[] = [];
  let recent: { second: number; wanted: number }[] = [];
  const hours: { backlog: number; workers: number }[] = [];

  function within(wanted: number): number {
    return Math.max(workersMin, Math.min(workersMax, Math.ceil(wanted)));
  }

  for (let second = 0; second < secondsPerDay; second += 1) {
    const now = scale * (curve[second] ?? 0);
    landed.push(now);
    backlog += now;
    jobs += now;
    workers += starting.filter(({ at }) => at === second).reduce((sum, { count }) => sum + count, 0);
    starting = starting.filter(({ at }) => at > second);
    let able = (workers * coresPerWorker) / secondsEach;
    while (able > 0 && first <= second) {
      const done = Math.min(able, landed[first] ?? 0);
      landed[first] = (landed[first] ?? 0) - done;
      able -= done;
      backlog -= done;
      busy += done * secondsEach;
      waited += done * (second - first);
      if (done > 0) oldestSeconds = Math.max(oldestSeconds, second - first);
      if ((landed[first] ?? 0) > 1e-9) break;
      first += 1;
    }
    backlog = Math.max(0, backlog);
    maxBacklog = Math.max(maxBacklog, backlog);
    workerSeconds += workers;
    if (second % lookEvery === 0) {
      // What is under way counts too, as GET /v1/queues has it: as many as landed while one is worked on.
      const underWay = Math.min(workers, (now * secondsEach) / coresPerWorker) * jobsAtOnce;
      const wanted = within((backlog + underWay) / backlogPerWorker);
      const coming = workers + starting.reduce((sum, { count }) => sum + count, 0);
      if (wanted > coming) starting.push({ at: second + startUp, count: wanted - coming });
      recent = [...recent, { second, wanted }].filter((one) => one.second > second - coolDown);
      if (second >= coolDown) workers = Math.min(workers, Math.max(...recent.map((one) => one.wanted)));
    }
    maxWorkers = Math.max(maxWorkers, workers);
    if ((second + 1) % secondsPerHour === 0) hours.push({ backlog, workers });
  }
  return {
    jobs,
    maxBacklog,
    oldestSeconds: Math.max(oldestSeconds, first < secondsPerDay && backlog > 1 ? secondsPerDay - first : 0),
    meanWaitSeconds: jobs > 0 ? waited / jobs : 0,
    maxWorkers,
    workerMinutes: workerSeconds / 60,
    busyShare: workerSeconds > 0 ? busy / (workerSeconds * coresPerWorker) : 0,
    hours,
  };
}
