import { outboxRow, queueJobs } from '#outbox';
import type { PlannedRendition } from '#pipelines';
import { LandfallError, newId } from '#runtime';
import type { DataSource, EntityManager } from 'typeorm';
import { Rendition } from './rendition.entity.js';
import { type MediaKind, type Placeholder, unknownEtag, Upload, type UploadStatus } from './upload.entity.js';

/** SQLSTATE of a row that is there already. */
const uniqueViolation = '23505';

/** The states in which work may still be done. */
const unfinished: UploadStatus[] = ['stored', 'processing'];

/** Begins a run of a job: null when the upload is finished, deleted or unknown, so that there is nothing to do. */
export async function beginRun(source: DataSource, id: string): Promise<Upload | null> {
  const begun = await source
    .createQueryBuilder()
    .update(Upload)
    .set({ status: 'processing', runs: () => 'runs + 1', updatedAt: () => 'now()' })
    .where('id = :id AND status IN (:...unfinished)', { id, unfinished })
    .execute();
  return begun.affected ? source.getRepository(Upload).findOneBy({ id }) : null;
}

/** Ends a run in order. A worker that dies never gets here: its run stays counted. */
export async function endRun(source: DataSource, id: string): Promise<void> {
  await source
    .createQueryBuilder()
    .update(Upload)
    .set({ runs: () => 'greatest(runs - 1, 0)' })
    .where('id = :id', { id })
    .execute();
}

/** Whether the ETag of an upload is known. */
export function hasEtag(upload: Upload): boolean {
  return upload.etag !== unknownEtag(upload.id);
}

/** What OSS says of an object. */
export interface ObjectFacts {
  etag: string;
  sizeBytes: number;
  mimeType: string;
}

/**
 * Completes an upload whose callback left out ETag, size or type with what OSS says.
 * @throws LandfallError upload.duplicate when another upload is this very object version
 */
export async function completeUpload(
  source: DataSource,
  upload: Upload,
  facts: ObjectFacts,
): Promise<Upload> {
  const completed = {
    etag: hasEtag(upload) ? upload.etag : facts.etag,
    sizeBytes: upload.sizeBytes ?? String(facts.sizeBytes),
    mimeType: upload.mimeType ?? facts.mimeType,
  };
  try {
    await source.getRepository(Upload).update({ id: upload.id }, completed);
  } catch (error) {
    if ((error as { code?: unknown }).code !== uniqueViolation) throw error;
    throw new LandfallError(
      'upload.duplicate',
      `${upload.bucket}/${upload.objectKey}, ETag ${completed.etag}`,
      {
        cause: error,
      },
    );
  }
  return Object.assign(upload, completed);
}

/** What was learned from the bytes, and what the pipelines file wants of them. */
export interface UploadPlan {
  kind: MediaKind;
  mimeType: string;
  metadata: object;
  /** null when no pipeline matches: the upload is `ignored`. */
  pipeline: string | null;
  renditions: readonly PlannedRendition[];
}

/**
 * Records facts and plan, with one pending row for each rendition and the transcode job when one is needed. Running it
 * again adds only what is missing.
 */
export async function recordPlan(source: DataSource, id: string, plan: UploadPlan): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, id))) return;
    const { kind, mimeType, metadata, pipeline } = plan;
    const status: UploadStatus = plan.renditions.length === 0 ? 'ignored' : 'processing';
    await manager.update(
      Upload,
      { id },
      { kind, mimeType, metadata, pipeline, status, updatedAt: () => 'now()' },
    );
    if (plan.renditions.length === 0) return;
    await manager
      .createQueryBuilder()
      .insert()
      .into(Rendition)
      .values(
        plan.renditions.map((rendition, position) => ({
          id: newId(),
          uploadId: id,
          position,
          name: rendition.name,
          kind: rendition.kind,
          queue: rendition.queue,
          spec: rendition.spec,
          specHash: rendition.specHash,
        })),
      )
      .orIgnore()
      .execute();
    if (plan.renditions.some((rendition) => rendition.queue === 'transcode')) {
      await queueJobs(manager, [outboxRow('upload.transcode', { v: 1, uploadId: id })]);
    }
  });
}

/** Stores what is shown while the image loads. */
export async function recordPlaceholder(
  manager: EntityManager,
  id: string,
  placeholder: Placeholder,
): Promise<void> {
  await manager.update(Upload, { id }, { placeholder });
}

/** Ends an upload of which no rendition was planned as failed. An upload that was planned ends with its renditions. */
export async function failUpload(manager: EntityManager, id: string, reason: LandfallError): Promise<void> {
  await manager.update(
    Upload,
    { id },
    { status: 'failed', errorCode: reason.code, errorMessage: reason.message, updatedAt: () => 'now()' },
  );
}

/**
 * Takes the row lock that everything that may end an upload takes first; without it two last renditions would each
 * see the other as pending. Null when the upload is finished.
 */
export async function lockUpload(manager: EntityManager, id: string): Promise<Upload | null> {
  return manager
    .createQueryBuilder(Upload, 'upload')
    .setLock('pessimistic_write')
    .where('upload.id = :id AND upload.status IN (:...unfinished)', { id, unfinished })
    .getOne();
}
