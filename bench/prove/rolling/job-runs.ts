import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A summary of all job runs, from the workers' logs. */
export interface JobRuns {
  /** Number of jobs that were done. */
  readonly done: number;
  /** Number of runs that ended with their worker and went back to the queue. */
  readonly handedBack: number;
  /** Number of runs that lost their job to another worker. */
  readonly lost: number;
  /** Jobs that were done more than once, by name, upload and chunk. */
  readonly doneTwice: readonly string[];
}

interface LogLine {
  readonly msg?: unknown;
  readonly job?: unknown;
  readonly uploadId?: unknown;
  readonly position?: unknown;
}

/** Counts the job runs in these log files. Runs that found nothing to do are not counted. */
export async function countJobRuns(logFiles: readonly string[]): Promise<JobRuns> {
  const worked = new Map<string, number>();
  let [handedBack, lost] = [0, 0];
  for (const file of logFiles) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (!line.startsWith('{')) continue;
      const { msg, job, uploadId, position } = JSON.parse(line) as LogLine;
      const name = [job, uploadId, position].filter((part) => part !== undefined).join(' ');
      const count = (by: number) => worked.set(name, (worked.get(name) ?? 0) + by);
      if (msg === 'job done') count(1);
      else if (msg === 'job handed back') handedBack += 1;
      else if (msg === 'job lost to another worker') lost += 1;
      else if (String(msg).startsWith('nothing to do:')) count(-1);
    }
  }
  const times = [...worked];
  return {
    done: times.filter(([, count]) => count > 0).length,
    handedBack,
    lost,
    doneTwice: times.flatMap(([name, count]) => (count > 1 ? [`${name}, ${count} times`] : [])),
  };
}
