import { type EventType, LogEvent, recordEvents } from '#events';
import type { JobName, JobPayload } from '#outbox';
import { type DataSource, type EntityManager, In, PreparedStatement } from '#database';
import { Rendition } from '../rows/rendition.entity.js';
import type { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';
import { snapshotRendition, snapshotUpload } from './snapshots.js';

/** Types whose events contain only the upload and, when it is ready or failed, its renditions. */
type PlainType = Exclude<
  Extract<EventType, `upload.${string}`>,
  'upload.stored' | 'upload.merged' | 'upload.reprocessed'
>;

/**
 * Records an event with the current row of an upload, within the caller's transaction, which holds the
 * lock of the row. Unproven, unconfirmed landings get no events: anyone could fill the log with them.
 */
export async function recordUpload(manager: EntityManager, type: PlainType, id: string): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (!upload) return;
  const data = { upload: snapshotUpload(upload) };
  if (type === 'upload.ready' || type === 'upload.failed')
    await recordEnd(manager, type, upload, await findRenditions(manager, id));
  else await recordEvents(manager, [{ type, uploadId: id, data }]);
}

/** As `recordUpload`, with rows that this transaction has already read or written. */
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

/** The renditions of an upload, by position and name. */
export async function findRenditions(manager: EntityManager, uploadId: string): Promise<Rendition[]> {
  return renditionsOf.run(manager, [uploadId]);
}

/**
 * Whether the log contains a landing, or must. Nobody has been told the id of a landing that did not come by callback: it is
 * recorded when it holds its version or ends, and never if it merely repeats a callback.
 */
export async function isRecorded(manager: EntityManager, { id, proof, source }: Upload): Promise<boolean> {
  if (proof === null) return false;
  return source === 'callback' || (await manager.existsBy(LogEvent, { id }));
}

/** Records that the upload `into` now stands for this one. */
export async function recordMerged(manager: EntityManager, id: string, into: string): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (!upload) return;
  const data = { upload: snapshotUpload(upload), into };
  await recordEvents(manager, [{ type: 'upload.merged', uploadId: id, data }]);
}

/** Records that renditions are made again. @param renditions their names; empty if the whole upload starts over */
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
 * Records the landing of those uploads that are still `stored`. The relay calls this, or whatever
 * changes an upload first. The event has the id of its upload, so it is recorded only once.
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

/** Records that an upload is being processed, and its landing if that is not recorded yet. */
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
 * Records the landings of callbacks before their jobs are queued. The inserting statement does not do
 * this, so callbacks do not wait for it. If an upload is no longer `stored`, whatever changed it has
 * recorded its landing.
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

/** Records that an upload is processed again on its own, after it had been merged into another one. */
export async function recordLandedAgain(manager: EntityManager, id: string): Promise<void> {
  const upload = await findVouchedFor(manager, id);
  if (upload)
    await recordEvents(manager, [
      { type: 'upload.stored', uploadId: id, data: { upload: snapshotUpload(upload) } },
    ]);
}

/** Records an event for each of some rendition versions of an upload. @param versions with their current rows */
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
