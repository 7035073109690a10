import { type DataSource, translateDatabaseErrors } from '#database';
import { readJobId } from '#outbox';
import { silenceMaxS } from '../reporting/report-times.js';
import type { TakenName } from '../taken-names.js';
import type { Workers } from './workers-view.js';

const workersMax = 1_000;

interface Row {
  id: string;
  queues: TakenName[];
  slots: Record<string, number>;
  cores: number | null;
  running: string[];
  runningSince: (Date | null)[];
  delayed: number;
  queueReachable: boolean;
  seenAt: Date;
}

/** Reads the last reports of live workers. @throws LandfallError database.unavailable */
export async function readWorkers(source: DataSource): Promise<Workers> {
  const query = source.query(
    `SELECT id, queues, slots, cores, running, running_since AS "runningSince", cardinality(delayed) AS delayed,
            queue_reachable AS "queueReachable", seen_at AS "seenAt"
     FROM worker_reports WHERE seen_at > now() - make_interval(secs => ${silenceMaxS})
     ORDER BY id LIMIT ${workersMax}`,
  ) as Promise<Row[]>;
  const rows = await translateDatabaseErrors(query);
  return {
    workers: rows.map(
      ({ id, queues, slots, cores, running, runningSince, delayed, queueReachable, seenAt }) => ({
        id,
        queues,
        slots,
        cores,
        running: running.flatMap((jobId, index) => {
          const read = readJobId(jobId);
          const since = runningSince[index]?.toISOString() ?? null;
          return read ? [{ job: read.job, uploadId: read.uploadId, since }] : [];
        }),
        delayed,
        queueReachable,
        seenAt: seenAt.toISOString(),
      }),
    ),
    readAt: new Date().toISOString(),
  };
}
