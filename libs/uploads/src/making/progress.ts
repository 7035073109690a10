import type { Progress } from '#media';
import type { MakingJob } from '#outbox';
import { type DataSource, PreparedStatement } from '#database';
import { isOpen } from './open-uploads.js';

/** Records the progress of versions that are made together; versions no longer pending are left as they are. */
export async function recordProgress(
  source: DataSource,
  versionIds: readonly string[],
  { share, speed }: Progress,
): Promise<void> {
  await source.query(
    `UPDATE rendition_versions SET progress = $2, speed = $3 WHERE id = ANY($1) AND status = 'pending'`,
    [versionIds, share, speed],
  );
}

/** Whether a job still has something to make: the upload was not cancelled, deleted or finished by another worker. */
export async function isWanted(source: DataSource, uploadId: string, job: MakingJob): Promise<boolean> {
  return (await wantedUpload.run(source, [uploadId, job])).length > 0;
}

const wantedUpload = new PreparedStatement(
  'wanted-upload',
  () =>
    `SELECT FROM uploads AS u WHERE id = $1 AND ${isOpen('u')}
       AND (kind IS NULL OR EXISTS (SELECT FROM rendition_versions
                                    WHERE upload_id = u.id AND job = $2 AND status = 'pending'))`,
);
