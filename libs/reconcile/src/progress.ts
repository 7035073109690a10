import type { DataSource } from '#database';
import { type Findings, noFindings } from './compare/findings.js';
import type { Marker } from './pages/page.js';
import { Reconcile } from './rows/reconcile.entity.js';
import type { ReconcileScope } from './scope.js';

/** How far a comparison is. */
export interface Progress {
  marker: Marker;
  readonly found: Findings;
  /** As it was when it began. */
  readonly since: Date | null;
  /** Whether it is written down: of a dry run nothing is. */
  readonly isKept: boolean;
}

const beginning: Marker = { key: '', place: null };
/** After this time what was found at its beginning says little: it begins again. */
const resumedMaxMs = 7 * 24 * 3_600_000;

/** Begins a comparison, or goes on where the same was interrupted. */
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
 * Says that everything up to the marker is done with.
 * @param finishedAt when it came to its end
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
