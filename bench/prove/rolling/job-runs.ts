import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What the runs of all jobs came to, by what the workers logged. */
export interface JobRuns {
  /** Jobs that did their work. */
  readonly done: number;
  /** Runs that ended because the worker did, and went back to the queue. */
  readonly handedBack: number;
  /** Runs that lost their job to another worker. */
  readonly lost: number;
  /** Jobs that did their work more than once, by name, upload and chunk. */
  readonly doneTwice: readonly string[];
}

interface LogLine {
  readonly msg?: unknown;
  readonly job?: unknown;
  readonly uploadId?: unknown;
  readonly position?: unknown;
}

/** Counts the runs of which these log files tell; a run that found nothing to do did no work. */
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
