import type { DataSource, EntityManager } from '#database';
import { outboxRow, queueJobs } from '#outbox';
import { type Pipelines, planRenditions, type RenditionPlan } from '#pipelines';
import { Not } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import { Upload } from '../rows/upload.entity.js';
import { findTicketOf } from '../tickets/tickets.js';
import { recordReprocessed } from '../events/record-uploads.js';
import { findOutdated, type OutdatedRendition } from './outdated-renditions.js';
import { insertPending } from './pending-versions.js';
import { retireVersion } from './storage-keys.js';
import { settleUpload } from './upload-states.js';
import { forgetChunks } from './versions.js';

/** The current plan of the pipelines file for an upload, from its row; null if none matches or its bytes were never read. */
export async function planAgain(
  source: DataSource | EntityManager,
  pipelines: Pipelines,
  upload: Upload,
): Promise<RenditionPlan | null> {
  const { kind, mimeType, sizeBytes } = upload;
  if (kind === null) return null;
  const ticket = await findTicketOf(source, upload);
  return planRenditions(
    pipelines,
    { ...upload, kind, mimeType: mimeType ?? '', sizeBytes: Number(sizeBytes) },
    ticket?.pipeline,
  );
}

/** Settings for planning an upload again. */
export interface ReplanRules {
  pipelines: Pipelines;
  /** Delay until the sweep first checks it. */
  sweepAfterMs: number;
}

/** Options of `replanUpload`. */
export interface Replanning extends Pick<ReplanRules, 'sweepAfterMs'> {
  plan: RenditionPlan | null;
  /** Names of the renditions; all if unset. */
  names?: readonly string[] | undefined;
  /** Called before a failed or ignored upload is reopened; may refuse by throwing. */
  beforeReopening?: () => Promise<void>;
}

/**
 * Replans the outdated renditions of an upload and queues the jobs of all pending ones, within the caller's transaction, which
 * holds the lock of the upload. A ready version is served until its successor is ready.
 * @returns how many renditions are made again
 */
export async function replanUpload(
  manager: EntityManager,
  upload: Upload,
  { plan, names, sweepAfterMs, beforeReopening }: Replanning,
): Promise<number> {
  const { id } = upload;
  const planned = plan?.renditions ?? [];
  const versions = await manager.findBy(RenditionVersion, { uploadId: id, status: Not('retired') });
  const outdated = findOutdated(versions, planned, names);
  if (plan && outdated.length > 0) {
    for (const one of outdated) await replan(manager, id, one);
    await forgetChunks(manager, id);
    await arrange(manager, versions, planned);
    if (isOver(upload)) await beforeReopening?.();
    await openAgain(manager, upload, sweepAfterMs, { pipeline: plan.pipeline });
    const renditions = outdated.map((one) => one.planned.name);
    await recordReprocessed(manager, id, renditions);
    await settleUpload(manager, id);
  }
  await queueAgain(manager, id);
  return outdated.length;
}

function isOver({ status }: Upload): boolean {
  return status === 'failed' || status === 'ignored';
}

/** Reopens an upload for reprocessing; a failed or ignored one becomes `processing`. */
export async function openAgain(
  manager: EntityManager,
  upload: Upload,
  sweepAfterMs: number,
  changes: { pipeline?: string } = {},
): Promise<void> {
  const { id, status } = upload;
  await manager.update(
    Upload,
    { id, status },
    {
      ...changes,
      ...(isOver(upload) ? { status: 'processing', errorCode: null, errorMessage: null } : {}),
      // Forget the crashes of a finished upload, but not those of one that is still in progress.
      ...(isOver(upload) || status === 'ready' ? { runs: 0 } : {}),
      reprocessingSince: () => 'now()',
      sweepAt: new Date(Date.now() + sweepAfterMs),
      updatedAt: () => 'now()',
    },
  );
}

/** Plans a new version of a rendition, unless the file was changed back and the wanted version exists. */
async function replan(
  manager: EntityManager,
  uploadId: string,
  { planned, position, versions }: OutdatedRendition,
): Promise<void> {
  const live = versions.filter(({ status }) => status !== 'failed');
  // Keep the oldest: it is served or, if nothing is served yet, will be first, and a page waits for it.
  const [kept] = live.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  for (const version of versions) if (version !== kept) await retireVersion(manager, version);
  if (kept?.specHash === planned.specHash) return;
  const newestId = versions
    .map(({ id }) => id)
    .toSorted()
    .at(-1);
  await insertPending(manager, uploadId, [[position, planned, newestId]]);
}

/** Puts renditions in the order of the file. */
async function arrange(
  manager: EntityManager,
  versions: readonly RenditionVersion[],
  planned: readonly { name: string }[],
): Promise<void> {
  for (const [position, { name }] of planned.entries()) {
    const moved = versions.some((version) => version.name === name && version.position !== position);
    if (moved)
      await manager.update(RenditionVersion, { uploadId: versions[0]?.uploadId, name }, { position });
  }
}

/** Queues the jobs of all pending versions. */
async function queueAgain(manager: EntityManager, uploadId: string): Promise<void> {
  const pending = await manager.findBy(RenditionVersion, { uploadId, status: 'pending' });
  const jobs = new Set(pending.map(({ job }) => job));
  await queueJobs(
    manager,
    [...jobs].map((name) => outboxRow(name, { v: 1, uploadId, urgency: 'again' })),
  );
}
