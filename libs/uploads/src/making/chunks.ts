import type { Progress } from '#media';
import { outboxRow, queueJobs, type Urgency } from '#outbox';
import { LandfallError, newId } from '#runtime';
import { type DataSource, type EntityManager, In } from '#database';
import { Chunk, type ChunkWork } from '../rows/chunk.entity.js';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { type ConfirmedUpload, isConfirmed, Upload } from '../rows/upload.entity.js';
import { lockOpenUpload } from './open-uploads.js';
import { readGrowing } from './growing-stream.js';
import type { VersionRef } from './storage-keys.js';
import { endVersions, recordEarly, type ShownEarly } from './versions.js';

/** The key of the chunks of one cut. */
export interface ChunkPlan {
  uploadId: string;
  planId: string;
}

/** The key of one chunk. */
export interface ChunkAddress extends ChunkPlan {
  position: number;
}

const addressOf = ({ uploadId, planId, position }: ChunkAddress) => ({ uploadId, planId, position });

/** How a long video is cut: the versions made from its chunks, and the work of each chunk. */
export interface Cut {
  versionIds: readonly string[];
  works: readonly ChunkWork[];
  urgency?: Urgency | undefined;
}

/**
 * Records the chunks of a long video and queues the pending ones; calling it again re-queues lost jobs. An existing plan for
 * at least these versions is kept, however it was cut, since one of its versions may already be served.
 */
export async function planChunks(
  source: DataSource,
  uploadId: string,
  { versionIds, works, urgency }: Cut,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (versionIds.length === 0 || !(await lockOpenUpload(manager, uploadId))) return;
    const firsts = await manager.findBy(Chunk, { uploadId, position: 0 });
    const same = firsts.find((chunk) => versionIds.every((id) => chunk.versionIds.includes(id)));
    const planId = same?.planId ?? newId();
    if (!same) {
      const outdated = firsts.filter((chunk) => versionIds.some((id) => chunk.versionIds.includes(id)));
      await manager.delete(Chunk, { uploadId, planId: In(outdated.map((chunk) => chunk.planId)) });
      await manager.insert(
        Chunk,
        works.map((work, position) => ({ uploadId, planId, position, versionIds: [...versionIds], work })),
      );
    }
    await queueChunks(manager, { uploadId, planId }, urgency);
  });
}

/** Queues the pending chunks, or the join if none is pending. */
async function queueChunks(
  manager: EntityManager,
  { uploadId, planId }: ChunkPlan,
  urgency: Urgency | undefined,
): Promise<void> {
  const pending = await manager.find(Chunk, {
    where: { uploadId, planId, status: 'pending' },
    order: { position: 'ASC' },
  });
  const whole = { v: 1, uploadId, planId, urgency } as const;
  const rows = pending.map(({ position, work }) =>
    outboxRow('upload.chunk', { ...whole, position, priority: priorityOf(work) }),
  );
  await queueJobs(manager, rows.length > 0 ? rows : [outboxRow('upload.join', whole)]);
}

/** Chunks that playback begins with come first, then others that play early, then the rest; all behind short videos. */
function priorityOf({ early, isStart }: ChunkWork): number | undefined {
  if (early === undefined) return undefined;
  return isStart ? 2 : 3;
}

/** A chunk to be made, its upload, and the versions made from it. */
export interface BegunChunk {
  chunk: Chunk;
  upload: ConfirmedUpload;
  versions: RenditionVersion[];
}

/** Begins and counts a run; null if the chunk is already made or no longer wanted. */
export async function beginChunk(source: DataSource, address: ChunkAddress): Promise<BegunChunk | null> {
  const begun = await source
    .createQueryBuilder()
    .update(Chunk)
    .set({ runs: () => 'runs + 1', updatedAt: () => 'now()' })
    .where({ ...addressOf(address), status: 'pending' })
    .execute();
  if (!begun.affected) return null;
  const chunk = await source.getRepository(Chunk).findOneBy(addressOf(address));
  const upload = await source.getRepository(Upload).findOneBy({ id: address.uploadId });
  if (!chunk || !upload || !isConfirmed(upload)) return null;
  return { chunk, upload, versions: await versionsOf(source, chunk) };
}

/** The versions made from a chunk, in any status. */
async function versionsOf(source: DataSource, { versionIds }: Chunk): Promise<RenditionVersion[]> {
  return source.getRepository(RenditionVersion).findBy({ id: In(versionIds) });
}

/** Uncounts a run that ended normally without making the chunk. If the worker dies, the run stays counted. */
export async function endChunkRun(source: DataSource, address: ChunkAddress): Promise<void> {
  await source
    .createQueryBuilder()
    .update(Chunk)
    .set({ runs: () => 'greatest(runs - 1, 0)' })
    .where({ ...addressOf(address), status: 'pending' })
    .execute();
}

/**
 * Records the progress of a chunk and of the versions made from it.
 * @param progress null if there is no new progress
 * @returns false if the chunk is no longer wanted: it was made, cancelled, failed or deleted, or the video is cut anew
 */
export async function renewChunk(
  source: DataSource,
  chunk: Chunk,
  progress: Progress | null,
): Promise<boolean> {
  const [, renewed] = (await source.query(
    `UPDATE chunks SET share = coalesce($4, share), speed = coalesce($5, speed), updated_at = now()
     WHERE upload_id = $1 AND plan_id = $2 AND position = $3 AND status = 'pending'`,
    [chunk.uploadId, chunk.planId, chunk.position, progress?.share ?? null, progress?.speed ?? null],
  )) as [unknown[], number];
  if (renewed > 0 && progress) await shareProgress(source.manager, chunk);
  return renewed > 0;
}

/** Derives the versions' progress from all chunks, and their speed from those being encoded. */
async function shareProgress(manager: EntityManager, { uploadId, planId, versionIds }: Chunk): Promise<void> {
  await manager.query(
    `UPDATE rendition_versions SET (progress, speed) = (
       SELECT sum(share * weight) / sum(weight), sum(speed) FILTER (WHERE status = 'pending')
       FROM (SELECT share, speed, status, (work ->> 'weight')::real AS weight
             FROM chunks WHERE upload_id = $1 AND plan_id = $2) AS c)
     WHERE id = ANY($3) AND status = 'pending'`,
    [uploadId, planId, versionIds],
  );
}

/** The result of a chunk. */
export interface FinishedChunk {
  /** What was stored, in the worker's format. */
  made: object;
  /** A version that plays early, and what to show of it once it does. */
  early?: { version: VersionRef; shown: ShownEarly } | undefined;
  urgency?: Urgency | undefined;
}

/**
 * Records the result of a chunk, and shows its version once that can be played early; the last chunk queues the join.
 * Idempotent.
 */
export async function finishChunk(
  source: DataSource,
  chunk: Chunk,
  { made, early, urgency }: FinishedChunk,
): Promise<void> {
  const { uploadId, planId } = chunk;
  await source.transaction(async (manager) => {
    if (!(await lockOpenUpload(manager, uploadId))) return;
    const { affected } = await manager.update(
      Chunk,
      { ...addressOf(chunk), status: 'pending' },
      { status: 'ready', made, share: 1, speed: null, updatedAt: () => 'now()' },
    );
    if (!affected) return;
    await shareProgress(manager, chunk);
    if (early && (await readGrowing(manager, chunk))) await recordEarly(manager, early.version, early.shown);
    if (!(await manager.existsBy(Chunk, { uploadId, planId, status: 'pending' })))
      await queueChunks(manager, chunk, urgency);
  });
}

/** The chunks of a plan in their order, and the versions to be joined from them. */
export interface ReadyChunks {
  chunks: Chunk[];
  versions: RenditionVersion[];
}

/** Reads the chunks of a plan; null if one is not made yet, or all are gone. */
export async function readyChunks(
  source: DataSource,
  { uploadId, planId }: ChunkPlan,
): Promise<ReadyChunks | null> {
  const chunks = await source
    .getRepository(Chunk)
    .find({ where: { uploadId, planId }, order: { position: 'ASC' } });
  const [first] = chunks;
  if (!first || chunks.some(({ status }) => status !== 'ready')) return null;
  return { chunks, versions: await versionsOf(source, first) };
}

/** Marks the pending versions of a plan as failed and deletes its chunks. */
export async function failChunks(
  source: DataSource,
  { uploadId, planId }: ChunkPlan,
  reason: LandfallError,
): Promise<void> {
  await source.transaction(async (manager) => {
    if (!(await lockOpenUpload(manager, uploadId))) return;
    const chunk = await manager.findOneBy(Chunk, { uploadId, planId });
    for (const id of chunk?.versionIds ?? []) await endVersions(manager, uploadId, reason, { id });
    await manager.delete(Chunk, { uploadId, planId });
  });
}
