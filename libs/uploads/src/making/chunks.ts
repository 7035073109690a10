import { type MakingJob, outboxRow, queueJobs } from '#outbox';
import { type LandfallError, newId } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { Chunk } from '../rows/chunk.entity.js';
import type { MakingProgress } from './rendition-progress.js';
import type { Rendition } from '../rows/rendition.entity.js';
import { endRenditions } from './rendition-states.js';
import { type ConfirmedUpload, isConfirmed, Upload } from '../rows/upload.entity.js';
import { lockUpload } from './upload-states.js';

/** The jobs whose work may be cut. */
export type CutJob = MakingJob & ('upload.transcode' | 'upload.retranscode');

/** A rendition that is made of chunks. */
export type CutRendition = Pick<Rendition, 'name' | 'kind' | 'spec' | 'specHash'>;

/** What a chunk is for, and its share of all the work. */
export interface ChunkPlan {
  renditions: CutRendition[];
  weight: number;
}

/**
 * Records the chunks of a long video and queues what is not made yet. Doing it again queues what was lost. Chunks that were cut
 * for the same renditions and others stay as they are, however they were cut: one of them may be published already.
 *
 * @param parts what is encoded, as room `video` says it
 */
export async function planChunks(
  source: DataSource,
  uploadId: string,
  job: CutJob,
  renditions: CutRendition[],
  parts: readonly { weight: number }[],
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, uploadId))) return;
    const before = await manager.findOneBy(Chunk, { uploadId, job });
    if (!before || !isFor(before, renditions)) {
      await manager.delete(Chunk, { uploadId, job });
      const planId = newId();
      await manager.insert(
        Chunk,
        parts.map((part, position) => ({ uploadId, job, position, planId, part: { ...part, renditions } })),
      );
    }
    await queueChunks(manager, uploadId, job);
  });
}

/** Whether a chunk is for all these renditions. */
function isFor(chunk: Chunk, renditions: readonly CutRendition[]): boolean {
  const of = (chunk.part as ChunkPlan).renditions;
  return renditions.every(({ name, specHash }) =>
    of.some((one) => one.name === name && one.specHash === specHash),
  );
}

/** Queues the chunks that are not made; when all are, what joins them. */
async function queueChunks(manager: EntityManager, uploadId: string, job: CutJob): Promise<void> {
  const pending = await manager.find(Chunk, {
    where: { uploadId, job, status: 'pending' },
    order: { position: 'ASC' },
  });
  const whole = { v: 1, uploadId, forJob: job } as const;
  const rows = pending.map(({ position }) => outboxRow('upload.chunk', { ...whole, position }));
  await queueJobs(manager, rows.length > 0 ? rows : [outboxRow('upload.join', whole)]);
}

/** A chunk that is to be made, and the upload it is of. */
export interface BegunChunk {
  chunk: Chunk;
  upload: ConfirmedUpload;
}

/** Begins a run: null when the chunk is made, or nobody wants it any more. */
export async function beginChunk(
  source: DataSource,
  uploadId: string,
  job: CutJob,
  position: number,
): Promise<BegunChunk | null> {
  const begun = await source
    .createQueryBuilder()
    .update(Chunk)
    .set({ runs: () => 'runs + 1', updatedAt: () => 'now()' })
    .where({ uploadId, job, position, status: 'pending' })
    .execute();
  if (!begun.affected) return null;
  const chunk = await source.getRepository(Chunk).findOneBy({ uploadId, job, position });
  const upload = await source.getRepository(Upload).findOneBy({ id: uploadId });
  return chunk && upload && isConfirmed(upload) ? { chunk, upload } : null;
}

/** Ends a run in order that did not make the chunk. A worker that dies never gets here: its run stays counted. */
export async function endChunkRun(
  source: DataSource,
  uploadId: string,
  job: CutJob,
  position: number,
): Promise<void> {
  await source
    .createQueryBuilder()
    .update(Chunk)
    .set({ runs: () => 'greatest(runs - 1, 0)' })
    .where({ uploadId, job, position, status: 'pending' })
    .execute();
}

/**
 * Shows how far a chunk is, and the renditions that are made of it.
 * @param progress null while nothing is encoded
 * @returns false when nobody wants the chunk any more: it was cancelled, failed, deleted, or the video is cut anew
 */
export async function renewChunk(
  source: DataSource,
  { uploadId, job, position, planId, part }: Chunk,
  progress: MakingProgress | null,
): Promise<boolean> {
  const [, renewed] = (await source.query(
    `UPDATE chunks SET share = coalesce($5, share), speed = coalesce($6, speed), updated_at = now()
     WHERE upload_id = $1 AND job = $2 AND position = $3 AND plan_id = $4 AND status = 'pending'`,
    [uploadId, job, position, planId, progress?.share ?? null, progress?.speed ?? null],
  )) as [unknown[], number];
  if (renewed > 0 && progress) await shareProgress(source.manager, uploadId, job, part as ChunkPlan);
  return renewed > 0;
}

/** Tells of the renditions how far their chunks are together, and how fast those are that are made now. */
async function shareProgress(
  manager: EntityManager,
  uploadId: string,
  job: MakingJob,
  { renditions }: ChunkPlan,
): Promise<void> {
  await manager.query(
    `UPDATE renditions SET (progress, speed) = (
       SELECT sum(share * weight) / sum(weight), sum(speed) FILTER (WHERE status = 'pending')
       FROM (SELECT share, speed, status, (part ->> 'weight')::real AS weight
             FROM chunks WHERE upload_id = $1 AND job = $2) AS c)
     WHERE upload_id = $1 AND name = ANY($3) AND (status = 'pending' AND job = $2 OR wanted ->> 'job' = $2)`,
    [uploadId, job, renditions.map(({ name }) => name)],
  );
}

/** Records what was stored of a chunk; the last one has them joined. Doing it again changes nothing. */
export async function finishChunk(source: DataSource, chunk: Chunk, made: object): Promise<void> {
  const { uploadId, job, position, planId } = chunk;
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, uploadId))) return;
    const { affected } = await manager.update(
      Chunk,
      { uploadId, job, position, planId, status: 'pending' },
      { status: 'ready', made, share: 1, speed: null, updatedAt: () => 'now()' },
    );
    if (!affected) return;
    await shareProgress(manager, uploadId, job, chunk.part as ChunkPlan);
    if (!(await manager.existsBy(Chunk, { uploadId, job, status: 'pending' })))
      await queueChunks(manager, uploadId, job as CutJob);
  });
}

/** The chunks in their order; null when one is not made yet, or all are gone. */
export async function readyChunks(
  source: DataSource,
  uploadId: string,
  job: CutJob,
): Promise<Chunk[] | null> {
  const chunks = await source
    .getRepository(Chunk)
    .find({ where: { uploadId, job }, order: { position: 'ASC' } });
  return chunks.length > 0 && chunks.every(({ status }) => status === 'ready') ? chunks : null;
}

/** Ends the renditions that were to be made of the chunks as failed, and the chunks with them. */
export async function failChunks(
  source: DataSource,
  uploadId: string,
  job: CutJob,
  reason: LandfallError,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockUpload(manager, uploadId))) return;
    const chunk = await manager.findOneBy(Chunk, { uploadId, job });
    for (const { name } of (chunk?.part as ChunkPlan | undefined)?.renditions ?? [])
      await endRenditions(manager, uploadId, reason, { job, name });
    await manager.delete(Chunk, { uploadId, job });
  });
}
