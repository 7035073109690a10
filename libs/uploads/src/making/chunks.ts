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

/** The chunks that were cut at once. */
export interface ChunkPlan {
  uploadId: string;
  planId: string;
}

/** What a chunk is found by. */
export interface ChunkAddress extends ChunkPlan {
  position: number;
}

const addressOf = ({ uploadId, planId, position }: ChunkAddress) => ({ uploadId, planId, position });

/** How a long video is cut: what is made of its chunks, and what each encodes. */
export interface Cut {
  versionIds: readonly string[];
  works: readonly ChunkWork[];
  urgency?: Urgency | undefined;
}

/**
 * Records the chunks of a long video and queues what is not made yet. Doing it again queues what was lost. Chunks that were cut
 * for the same versions and others stay as they are, however they were cut: one of those may be served already.
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

/** Queues the chunks that are not made; when all are, what joins them. */
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

/** What playing begins with is made first, and what plays early before what is only waited for; behind all short videos. */
function priorityOf({ early, isStart }: ChunkWork): number | undefined {
  if (early === undefined) return undefined;
  return isStart ? 2 : 3;
}

/** A chunk that is to be made, the upload it is of, and what is made of it. */
export interface BegunChunk {
  chunk: Chunk;
  upload: ConfirmedUpload;
  versions: RenditionVersion[];
}

/** Begins a run: null when the chunk is made, or nobody wants it any more. */
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

/** The versions that are made of a chunk, whether they still are to be made or not. */
async function versionsOf(source: DataSource, { versionIds }: Chunk): Promise<RenditionVersion[]> {
  return source.getRepository(RenditionVersion).findBy({ id: In(versionIds) });
}

/** Ends a run in order that did not make the chunk. A worker that dies never gets here: its run stays counted. */
export async function endChunkRun(source: DataSource, address: ChunkAddress): Promise<void> {
  await source
    .createQueryBuilder()
    .update(Chunk)
    .set({ runs: () => 'greatest(runs - 1, 0)' })
    .where({ ...addressOf(address), status: 'pending' })
    .execute();
}

/**
 * Shows how far a chunk is, and the versions that are made of it.
 * @param progress null while nothing is encoded
 * @returns false when nobody wants the chunk any more: it was cancelled, failed, deleted, or the video is cut anew
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

/** Tells of the versions how far their chunks are together, and how fast those are that are made now. */
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

/** What a chunk was made into. */
export interface FinishedChunk {
  /** What was stored of it. */
  made: object;
  /** A version that plays early, and what is shown of it once it does. */
  early?: { version: VersionRef; shown: ShownEarly } | undefined;
  urgency?: Urgency | undefined;
}

/**
 * Records what was stored of a chunk, and shows the version that begins to play by it; the last one has them joined. Doing it
 * again changes nothing.
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

/** What is joined: the chunks of a plan in their order, and the versions that are made of them. */
export interface ReadyChunks {
  chunks: Chunk[];
  versions: RenditionVersion[];
}

/** Null when a chunk is not made yet, or all are gone. */
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

/** Ends the versions that were to be made of the chunks of a plan as failed, and the chunks with them. */
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
