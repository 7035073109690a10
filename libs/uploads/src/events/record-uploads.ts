import { type EventType, LogEvent, recordEvents } from '#events';
import type { JobName, JobPayload } from '#outbox';
import { type DataSource, type EntityManager, In, PreparedStatement } from '#database';
import { Rendition } from '../rows/rendition.entity.js';
import type { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';
import { snapshotRendition, snapshotUpload } from './snapshots.js';

/** Types whose events say no more than the upload and, of an end, its renditions. */
type PlainType = Exclude<
  Extract<EventType, `upload.${string}`>,
  'upload.stored' | 'upload.merged' | 'upload.reprocessed'
>;

/**
 * Records what happened to an upload, as its row is now, within the caller's transaction and under its
 * lock of the row. A landing that nobody vouches for and that OSS has not confirmed is in no event:
 * anyone could fill the log with those.
 */
export async function recordUpload(manager: EntityManager, type: PlainType, id: string): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (!upload) return;
  const data = { upload: snapshotUpload(upload) };
  if (type === 'upload.ready' || type === 'upload.failed')
    await recordEnd(manager, type, upload, await findRenditions(manager, id));
  else await recordEvents(manager, [{ type, uploadId: id, data }]);
}

/** As `recordUpload`, of rows that were read or written in this transaction. */
export async function recordEnd(
  manager: EntityManager,
  type: 'upload.ready' | 'upload.failed',
  upload: Upload,
  renditions: readonly Rendition[],
): Promise<void> {
  if (upload.proof === null) return;
  const data = { upload: snapshotUpload(upload), renditions: renditions.map(snapshotRendition) };
  await recordEvents(manager, [{ type, uploadId: upload.id, data }]);
}

const renditionsOf = new PreparedStatement<Rendition>(
  'renditions-of-upload',
  (columns) =>
    `SELECT ${columns(Rendition, 'r')} FROM renditions AS r WHERE upload_id = $1 ORDER BY position, name`,
);

/** The renditions of an upload, in their order. */
export async function findRenditions(manager: EntityManager, uploadId: string): Promise<Rendition[]> {
  return renditionsOf.run(manager, [uploadId]);
}

/**
 * Whether the log has a landing, or is to have it. What we learned of in another way than by its callback has an id that nobody
 * knows: it is recorded when it holds its version, or ends, and never where it merely repeats a callback.
 */
export async function isRecorded(manager: EntityManager, { id, proof, source }: Upload): Promise<boolean> {
  if (proof === null) return false;
  return source === 'callback' || (await manager.existsBy(LogEvent, { id }));
}

/** Records that another upload stands for this one from now on. */
export async function recordMerged(manager: EntityManager, id: string, into: string): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (!upload) return;
  const data = { upload: snapshotUpload(upload), into };
  await recordEvents(manager, [{ type: 'upload.merged', uploadId: id, data }]);
}

/** Records that renditions are made again. @param renditions their names; none of what begins anew */
export async function recordReprocessed(
  manager: EntityManager,
  id: string,
  renditions: string[],
): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (!upload) return;
  const data = { upload: snapshotUpload(upload), renditions };
  await recordEvents(manager, [{ type: 'upload.reprocessed', uploadId: id, data }]);
}

/**
 * Records of uploads that are still `stored` that they landed: the relay does it, or what is about to
 * change an upload before that. The event has the id of its upload, so that it is in the log once.
 */
export async function recordStored(manager: EntityManager, uploads: readonly Upload[]): Promise<void> {
  await recordEvents(
    manager,
    uploads.filter(({ proof, status }) => proof !== null && status === 'stored').map(storedEvent),
  );
}

const storedEvent = (upload: Upload) => ({
  id: upload.id,
  type: 'upload.stored' as const,
  uploadId: upload.id,
  data: { upload: snapshotUpload(upload) },
  traceparent: upload.traceparent,
});

/** Records that an upload is processed from now on, and that it landed, if nobody has recorded that yet. */
export async function recordProcessing(manager: EntityManager, upload: Upload): Promise<void> {
  const { id, proof } = upload;
  if (proof === null) return;
  await recordEvents(manager, [
    storedEvent({ ...upload, status: 'stored' }),
    { type: 'upload.processing', uploadId: id, data: { upload: snapshotUpload(upload) } },
  ]);
}

const processJob = 'upload.process' satisfies JobName;

/**
 * Records that uploads landed whose callback came, before a worker can see their jobs, and not in the statement that
 * records them: a callback does not wait for it. Of one that has gone on by now whatever changed it
 * has recorded that.
 * @param rows of the outbox
 */
export async function recordLanded(
  source: DataSource,
  rows: readonly { name: string; payload: unknown }[],
): Promise<void> {
  const landed = rows.filter(({ name }) => name === processJob);
  if (landed.length === 0) return;
  const ids = landed.map(({ payload }) => (payload as JobPayload<typeof processJob>).uploadId);
  const uploads = await source
    .getRepository(Upload)
    .findBy({ id: In(ids), status: 'stored', source: 'callback' });
  await recordStored(source.manager, uploads);
}

/** Records that an upload is looked at anew that was merged into another one. */
export async function recordLandedAgain(manager: EntityManager, id: string): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (upload)
    await recordEvents(manager, [
      { type: 'upload.stored', uploadId: id, data: { upload: snapshotUpload(upload) } },
    ]);
}

/** Records what happened to versions of renditions of an upload. @param versions as their rows are now */
export async function recordVersions(
  manager: EntityManager,
  type: 'rendition.ready' | 'rendition.failed',
  upload: Upload,
  versions: readonly RenditionVersion[],
): Promise<void> {
  if (upload.proof === null) return;
  await recordEvents(
    manager,
    versions.map((version) => ({
      type,
      uploadId: upload.id,
      data: { upload: snapshotUpload(upload), rendition: snapshotRendition(version) },
    })),
  );
}

async function findVouchedFor(manager: EntityManager, id: string): Promise<Upload | null> {
  const upload = await manager.findOneBy(Upload, { id });
  return upload?.proof ? upload : null;
}
