import type { DataSource } from '#database';
import { type Findings, noFindings } from './compare/findings.js';
import type { Marker } from './pages/page.js';
import { Reconcile } from './rows/reconcile.entity.js';
import type { ReconcileScope } from './scope.js';

/** The progress of a comparison. */
export interface Progress {
  marker: Marker;
  readonly found: Findings;
  /** The value when the comparison began. */
  readonly since: Date | null;
  /** Whether progress is saved; not for a dry run. */
  readonly isKept: boolean;
}

const beginning: Marker = { key: '', place: null };
/** After this time an interrupted comparison starts over, because its first findings are outdated. */
const resumedMaxMs = 7 * 24 * 3_600_000;

/** Begins a comparison, or resumes an interrupted one with the same scope. */
export async function beginReconcile(
  source: DataSource,
  { bucket, prefix, trigger, since, asked }: ReconcileScope,
  { isDryRun }: { isDryRun: boolean },
): Promise<Progress> {
  const fresh = { marker: beginning, found: noFindings(), since, isKept: !isDryRun };
  if (isDryRun) return fresh;
  const rows = source.getRepository(Reconcile);
  const row = await rows.findOneBy({ bucket, prefix, trigger });
  const isUnderWay = row?.finishedAt === null && row.startedAt.getTime() > Date.now() - resumedMaxMs;
  if (isUnderWay && row.asked === asked)
    return { marker: row.marker, found: row.findings, since: row.since, isKept: true };
  const { marker, found: findings } = fresh;
  await rows.upsert(
    { bucket, prefix, trigger, asked, since, marker, findings, startedAt: new Date(), finishedAt: null },
    ['bucket', 'prefix', 'trigger'],
  );
  return fresh;
}

/**
 * Saves that everything up to the marker is done.
 * @param finishedAt when the comparison completed; null while it has not
 */
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
