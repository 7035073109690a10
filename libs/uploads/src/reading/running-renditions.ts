import { type DataSource, In } from '#database';
import type { UploadSnapshot } from '#events';
import { snapshotUpload } from '../events/snapshots.js';
import { Upload } from '../rows/upload.entity.js';

/** A version of a rendition that a worker is making just now. */
export interface RunningRendition {
  upload: UploadSnapshot;
  versionId: string;
  name: string;
  kind: string;
  /** Share that is made, 0 to 1. */
  progress: number;
  /** How many times faster than it plays it is made; null where that is not known. */
  speed: number | null;
}

/** More are not being made at once, or are not shown. */
const runningMax = 1_000;

/**
 * What workers are making just now, of uploads that somebody vouches for. The index
 * `rendition_versions_running` holds no other versions, however many wait.
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
