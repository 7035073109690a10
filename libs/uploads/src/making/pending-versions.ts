import type { MakingJob } from '#outbox';
import { newId, newIdAfter } from '#runtime';
import { type DataSource, type EntityManager, PreparedStatement } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';

/** A version that is to be made: what the pipelines file asks for, and the job that makes it. */
export type PlannedVersion = Pick<RenditionVersion, 'name' | 'kind' | 'job' | 'spec' | 'specHash'>;

/**
 * What a job still has to make of an upload, in the order of the pipelines file. Of a rendition that is planned anew while it
 * is still being made, the newest version.
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
 * Adds pending versions with their positions. One that is pending already stays as it is.
 * @param planned with the newest version that there is of the rendition, if any: the ids of versions tell which is newer, and
 * the one before may have been planned by a process whose clock is ahead
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
