import type { DataSource } from '#database';
import { type Findings, noFindings } from './findings.js';
import type { ReconcileScope } from './reconcile-bucket.js';
import { Reconcile } from './rows/reconcile.entity.js';

/** How far a comparison is. */
export interface Progress {
  /** The last key that is done with; null at the beginning. */
  marker: string | null;
  readonly found: Findings;
  readonly startedAt: Date;
  /** Whether it is written down: of a dry run nothing is. */
  readonly isKept: boolean;
}

/** After this time what was found at its beginning says little: it begins again. */
const resumedMaxMs = 7 * 24 * 3_600_000;

/** Begins a comparison, or goes on where the same was interrupted. */
export async function beginReconcile(
  source: DataSource,
  { bucket, prefix, trigger, since }: ReconcileScope,
  { isDryRun }: { isDryRun: boolean },
): Promise<Progress> {
  const startedAt = new Date();
  const fresh = { marker: null, found: noFindings(), startedAt, isKept: !isDryRun };
  if (isDryRun) return fresh;
  const rows = source.getRepository(Reconcile);
  const row = await rows.findOneBy({ bucket, prefix, trigger });
  const isUnderWay =
    row !== null && row.finishedAt === null && row.startedAt.getTime() > Date.now() - resumedMaxMs;
  // The window of the schedule moves on by itself.
  const isSame = trigger === 'schedule' || row?.since?.getTime() === since?.getTime();
  if (isUnderWay && isSame)
    return { marker: row.marker, found: row.findings as Findings, startedAt: row.startedAt, isKept: true };
  await rows.upsert(
    { bucket, prefix, trigger, since, marker: null, findings: fresh.found, startedAt, finishedAt: null },
    ['bucket', 'prefix', 'trigger'],
  );
  return fresh;
}

/** Says that everything up to the marker is done with. */
export async function saveProgress(
  source: DataSource,
  { bucket, prefix, trigger }: ReconcileScope,
  { marker, found, isKept }: Progress,
  finishedAt: Date | null = null,
): Promise<void> {
  if (!isKept) return;
  await source
    .getRepository(Reconcile)
    .update({ bucket, prefix, trigger }, { marker, findings: found, finishedAt });
}

/** Says that it came to its end. */
export async function endReconcile(
  source: DataSource,
  scope: ReconcileScope,
  progress: Progress,
): Promise<void> {
  await saveProgress(source, scope, progress, new Date());
}
