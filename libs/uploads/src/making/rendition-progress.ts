import type { MakingJob } from '#outbox';
import type { DataSource } from '#database';

/** How far an encoder is. */
export interface MakingProgress {
  /** 0 to 1 */
  share: number;
  /** How many times faster than it plays. */
  speed: number | null;
}

/** What a job still has to make: missing renditions, and those that are to take the place of others. */
const unmade = (job: string) => `(status = 'pending' AND job = ${job} OR wanted ->> 'job' = ${job})`;

/** Shows how far renditions are that a job makes at once; what is no longer to be made stays as it is. */
export async function recordProgress(
  source: DataSource,
  uploadId: string,
  job: MakingJob,
  names: readonly string[],
  { share, speed }: MakingProgress,
): Promise<void> {
  await source.query(
    `UPDATE renditions SET progress = $4, speed = $5
     WHERE upload_id = $1 AND name = ANY($3) AND ${unmade('$2')}`,
    [uploadId, job, names, share, speed],
  );
}

/** Whether a job still has something to make of an upload: not when it was cancelled, deleted or made by another worker. */
export async function isWanted(source: DataSource, uploadId: string, job: MakingJob): Promise<boolean> {
  const rows = (await source.query(
    `SELECT FROM uploads WHERE id = $1
       AND (status IN ('stored', 'processing') OR reprocessing_since IS NOT NULL)
       AND (kind IS NULL OR EXISTS (SELECT FROM renditions WHERE upload_id = uploads.id AND ${unmade('$2')}))`,
    [uploadId, job],
  )) as unknown[];
  return rows.length > 0;
}
