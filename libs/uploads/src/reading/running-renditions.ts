import { type DataSource, In } from '#database';
import type { UploadSnapshot } from '#events';
import { snapshotUpload } from '../events/snapshots.js';
import { Upload } from '../rows/upload.entity.js';

/** A version of a rendition that a worker is currently making. */
export interface RunningRendition {
  upload: UploadSnapshot;
  versionId: string;
  name: string;
  kind: string;
  /** Share made so far, 0 to 1. */
  progress: number;
  /** Encoding speed as a multiple of real time; null if unknown. */
  speed: number | null;
}

/** Upper bound of running versions that are read; any beyond it are not shown. */
const runningMax = 1_000;

/**
 * The versions that workers are currently making, of proven uploads. The partial index
 * `rendition_versions_running` contains only running versions, however many wait.
 */
export async function findRunning(source: DataSource): Promise<RunningRendition[]> {
  const rows = (await source.query(
    `SELECT id AS "versionId", upload_id AS "uploadId", name, kind, progress, speed FROM rendition_versions
     WHERE status = 'pending' AND progress IS NOT NULL ORDER BY upload_id, position LIMIT ${runningMax}`,
  )) as (Omit<RunningRendition, 'upload'> & { uploadId: string })[];
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map(({ uploadId }) => uploadId))];
  const uploads = await source.getRepository(Upload).findBy({ id: In(ids) });
  const byId = new Map(
    uploads.filter(({ proof }) => proof !== null).map((one) => [one.id, snapshotUpload(one)]),
  );
  return rows.flatMap(({ uploadId, ...version }) => {
    const upload = byId.get(uploadId);
    return upload ? [{ ...version, upload }] : [];
  });
}
