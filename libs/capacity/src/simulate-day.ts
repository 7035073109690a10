/** One queue and its workers, which are scaled by backlog as docs/operators/scaling.md describes. */
export interface SimulatedQueue {
  /** Mean number of jobs per second over the day. */
  readonly perSecond: number;
  /** CPU time of one job. */
  readonly secondsEach: number;
  readonly coresPerWorker: number;
  /** Jobs that a worker runs at once, on all of its cores together. */
  readonly jobsAtOnce: number;
  /** Backlog per worker that the scaler aims for. */
  readonly backlogPerWorker: number;
  readonly workersMin: number;
  readonly workersMax: number;
}

export interface SimulatedScaler {
  /** Seconds between checks of the backlog. */
  readonly lookEvery: number;
  /** Seconds until a requested worker starts to work. */
  readonly startUp: number;
  /** Workers are removed when fewer were enough for this many seconds; the maximum needed in that time stay. */
  readonly coolDown: number;
}

/** The result of a simulated day. */
export interface SimulatedDay {
  readonly jobs: number;
  readonly maxBacklog: number;
  /** Longest time that a job waited for a worker. */
  readonly oldestSeconds: number;
  readonly meanWaitSeconds: number;
  readonly maxWorkers: number;
  readonly workerMinutes: number;
  /** Share of the workers' CPU time in which they worked. */
  readonly busyShare: number;
  /** Backlog and workers at the end of each hour. */
  readonly hours: readonly { backlog: number; workers: number }[];
}

const secondsPerDay = 86_400;
const secondsPerHour = 3_600;

/**
 * Load at a second of the day relative to the mean: highest (`peakFactor`) at 20:00, lowest at 8:00. A sine around the mean
 * whose lower half is compressed so that it never goes below 0.1.
 */
export function diurnal(second: number, peakFactor: number): number {
  const swing = Math.cos((2 * Math.PI * (second - 20 * secondsPerHour)) / secondsPerDay);
  return swing > 0 ? 1 + (peakFactor - 1) * swing : 1 + Math.min(0.9, peakFactor - 1) * swing;
}

/**
 * Simulates a day of a queue, second by second: jobs land along the curve, workers process them in order of arrival, and a
 * scaler starts and stops workers. It begins with as many workers as the mean needs and an empty backlog.
 */
export function simulateDay(
  queue: SimulatedQueue,
  scaler: SimulatedScaler,
  peakFactor: number,
): SimulatedDay {
  const { perSecond, secondsEach, coresPerWorker, jobsAtOnce, backlogPerWorker, workersMin, workersMax } =
    queue;
  const { lookEvery, startUp, coolDown } = scaler;
  // The compressed half raises the mean of the curve above 1; rescale it to the requested number of jobs.
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
      // Jobs in progress count too, as in GET /v1/queues: as many as land while one is processed.
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
