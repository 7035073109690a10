import type { QueueName } from '#outbox';
import type { LandfallError } from '#runtime';
import type { DataSource, EntityManager } from 'typeorm';
import { Rendition } from './rendition.entity.js';
import { type Placeholder, Upload } from './upload.entity.js';
import { failUpload, lockUpload, recordPlaceholder } from './upload-states.js';

/** The renditions of an upload that one queue still has to make, in the order of the pipelines file. */
export async function pendingRenditions(
  source: DataSource,
  uploadId: string,
  queue: QueueName,
): Promise<Rendition[]> {
  return source
    .getRepository(Rendition)
    .find({ where: { uploadId, queue, status: 'pending' }, order: { position: 'ASC' } });
}

/** A rendition that lies in the object store. */
export interface MadeRendition {
  objectKey: string;
  mimeType: string;
  width: number | null;
  height: number | null;
  sizeBytes: number;
  durationMs: number | null;
}

/** Marks a rendition ready, and the upload too when it was the last. Doing it again changes nothing. */
export async function publishRendition(
  source: DataSource,
  uploadId: string,
  name: string,
  made: MadeRendition,
  placeholder: Placeholder | null = null,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, uploadId))) return;
    await manager.update(
      Rendition,
      { uploadId, name, status: 'pending' },
      { ...made, sizeBytes: String(made.sizeBytes), status: 'ready', updatedAt: () => 'now()' },
    );
    if (placeholder) await recordPlaceholder(manager, uploadId, placeholder);
    await settleUpload(manager, uploadId);
  });
}

/** Ends what one queue still had to make as failed; the upload fails when nothing else is pending. */
export async function failRenditions(
  source: DataSource,
  uploadId: string,
  queue: QueueName,
  reason: LandfallError,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, uploadId))) return;
    await manager.update(
      Rendition,
      { uploadId, queue, status: 'pending' },
      { status: 'failed', errorCode: reason.code, errorMessage: reason.message, updatedAt: () => 'now()' },
    );
    const planned = await manager.existsBy(Rendition, { uploadId });
    if (planned) await settleUpload(manager, uploadId);
    else await failUpload(manager, uploadId, reason);
  });
}

/** Ends the upload when no rendition is pending: ready when all are, failed with the first failure otherwise. */
async function settleUpload(manager: EntityManager, id: string): Promise<void> {
  if (await manager.existsBy(Rendition, { uploadId: id, status: 'pending' })) return;
  const failed = await manager.findOne(Rendition, {
    where: { uploadId: id, status: 'failed' },
    order: { position: 'ASC' },
  });
  await manager.update(
    Upload,
    { id },
    failed
      ? {
          status: 'failed',
          errorCode: failed.errorCode,
          errorMessage: failed.errorMessage,
          updatedAt: () => 'now()',
        }
      : { status: 'ready', readyAt: () => 'now()', updatedAt: () => 'now()' },
  );
}
