import type { MakingJob } from '#outbox';
import { newId, newIdAfter } from '#runtime';
import { type DataSource, type EntityManager, PreparedStatement } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';

/** A version to be made: its definition in the pipelines file, and the job that makes it. */
export type PlannedVersion = Pick<RenditionVersion, 'name' | 'kind' | 'job' | 'spec' | 'specHash'>;

/**
 * The pending versions of a job for an upload, in the order of the pipelines file. If a rendition was replanned while
 * pending, only its newest version.
 */
export async function pendingVersions(
  source: DataSource,
  uploadId: string,
  job: MakingJob,
): Promise<RenditionVersion[]> {
  const newestFirst = await pendingOfJob.run(source, [uploadId, job]);
  const newest = newestFirst.filter(
    (version, index) => newestFirst.findIndex(({ name }) => name === version.name) === index,
  );
  return newest.toSorted((one, other) => one.position - other.position || (one.name < other.name ? -1 : 1));
}

const pendingOfJob = new PreparedStatement<RenditionVersion>(
  'pending-versions',
  (columns) =>
    `SELECT ${columns(RenditionVersion, 'v')} FROM rendition_versions AS v
     WHERE upload_id = $1 AND job = $2 AND status = 'pending' ORDER BY id DESC`,
);

/**
 * Adds pending versions with their positions. A version that is already pending stays as it is.
 * @param planned with the id of the rendition's newest version, if any. The new id must be larger, since ids order versions
 * and the previous one may come from a process whose clock is ahead
 */
export async function insertPending(
  manager: EntityManager,
  uploadId: string,
  planned: Iterable<readonly [position: number, planned: PlannedVersion, newestId?: string]>,
): Promise<void> {
  const rows = [...planned].map(([position, { name, kind, job, spec, specHash }, newestId]) => ({
    id: newestId === undefined ? newId() : newIdAfter(newestId),
    uploadId,
    position,
    name,
    kind,
    job,
    spec,
    specHash,
  }));
  await insertVersions.run(manager, [JSON.stringify(rows)]);
}

const insertVersions = new PreparedStatement(
  'insert-versions',
  () =>
    `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash)
     SELECT id, "uploadId", position, name, kind, job, spec, "specHash"
     FROM jsonb_to_recordset($1::jsonb) AS t (id uuid, "uploadId" uuid, position int, name text, kind text, job text,
                                              spec jsonb, "specHash" text)
     ON CONFLICT DO NOTHING`,
);
