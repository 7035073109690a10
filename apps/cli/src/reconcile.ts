import { createDataSource, directUrlOf, translateDatabaseErrors } from '#database';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { findings, type Findings, Reconcile, reconcileBucket } from '#reconcile';
import { createLogger, LandfallError, loadConfig } from '#runtime';
import { ObjectStore } from '#storage';
import { openRegistry, uploadEntities } from '#uploads';
import { withLocalRun } from './database-env.js';

/** The options as given on the command line. */
export interface ReconcileOptions {
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly inventory?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly remake?: boolean | undefined;
  readonly removeOrphans?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The parsed options. */
interface Request {
  bucket: string | undefined;
  prefix: string;
  since: Date | null;
  until: Date;
  inventory: string | null;
  isDryRun: boolean;
  remakes: boolean;
  removesOrphans: boolean;
  json: boolean;
}

/**
 * Compares the buckets of OSS_BUCKETS, or one of them, with the uploads. An interrupted run resumes where it stopped
 * when the command is run again.
 * @returns 0 if it completed, 1 if it was interrupted
 * @throws LandfallError config.invalid, request.invalid, and those of `reconcileBucket`
 */
export async function reconcile(options: ReconcileOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const asked = readRequest(options, new Date());
  const sections = ['callback', 'database', 'log', 'media', 'oss', 'reconcile', 'worker'] as const;
  const config = loadConfig(sections, await withLocalRun(env));
  const buckets = asked.bucket === undefined ? config.oss.buckets : [asked.bucket];
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const logger = createLogger('reconcile', 'warn');
  const unopened = createDataSource(
    { ...config.database, poolSize: 4, applicationName: 'landfall-reconcile' },
    [...uploadEntities, OutboxRow, Reconcile],
  );
  const source = await translateDatabaseErrors(unopened.initialize());
  const { registry, close } = openRegistry(config, 'landfall-reconcile', logger);
  const remake = { pipelines: loadPipelines(config.media.pipelinesFile), ...config.worker };
  try {
    const parts = {
      source,
      directUrl: directUrlOf(config.database),
      registry,
      store: new ObjectStore(config.oss),
      renditionPrefix: config.oss.renditionPrefix,
      requestsPerSecond: config.reconcile.requestsPerSecond,
    };
    for (const bucket of buckets) {
      const { found, isComplete } = await reconcileBucket(
        parts,
        { ...asked, bucket, trigger: 'command', asked: JSON.stringify(options) },
        {
          isDryRun: asked.isDryRun,
          remake: asked.remakes ? remake : null,
          removesOrphans: asked.removesOrphans,
        },
        stopping.signal,
      );
      const report = { bucket, prefix: asked.prefix, dryRun: asked.isDryRun, complete: isComplete, ...found };
      console.log(asked.json ? JSON.stringify(report) : drawTable(report, asked));
      if (!isComplete) return 1;
    }
    return 0;
  } finally {
    await close();
    await source.destroy();
  }
}

/** What happens to each kind of finding, or which option would repair it. */
function outcomesOf({
  isDryRun,
  remakes,
  removesOrphans,
}: Request): Record<(typeof findings)[number], string> {
  return {
    missing: isDryRun ? 'would be registered' : 'registered',
    recent: 'left to the next run: their callback may still arrive',
    gone: isDryRun ? 'would be checked with OSS' : 'a worker checks with OSS, and marks those that are gone',
    unmade: remakes ? (isDryRun ? 'would be remade' : 'will be remade') : 'left; --remake remakes them',
    orphaned: removesOrphans
      ? isDryRun
        ? 'would be removed'
        : 'removed'
      : 'left; --remove-orphans removes them',
  };
}

const titles: Record<(typeof findings)[number], string> = {
  missing: 'objects without an upload',
  recent: 'recent objects, no upload yet',
  gone: 'uploads without their object',
  unmade: 'renditions without their object',
  orphaned: 'objects without a rendition',
};
const examplesShown = 10;

function drawTable(
  {
    bucket,
    prefix,
    complete,
    isUnordered,
    looked,
    counts,
    examples,
  }: Findings & { bucket: string; prefix: string; complete: boolean },
  asked: Request,
): string {
  const outcomes = outcomesOf(asked);
  const rows: string[] = [];
  for (const finding of findings) {
    const count = counts[finding];
    const outcome = count > 0 ? outcomes[finding] : '';
    rows.push(`  ${titles[finding].padEnd(31)} ${String(count).padStart(9)}  ${outcome}`.trimEnd());
    const shown = examples[finding].slice(0, examplesShown);
    for (const key of shown) rows.push(`    ${JSON.stringify(key)}`);
    if (count > shown.length) rows.push(`    and ${count - shown.length} more`);
  }
  if (isUnordered) rows.push('  The report is not sorted by key: not all missing objects were searched for.');
  const state = complete ? '' : '; interrupted: run it again to resume';
  return [`${bucket}/${prefix}: compared ${looked} objects${state}`, ...rows].join('\n');
}

/** OSS waits 5 s for the response to a callback, so older objects have no callback pending. */
const recentAge = '10s';

/** @throws LandfallError request.invalid */
export function readRequest(options: ReconcileOptions, now: Date): Request {
  const { bucket, since, inventory, until = recentAge } = options;
  if (inventory !== undefined && bucket === undefined)
    throw new LandfallError('request.invalid', '--inventory reads the report of one bucket: add --bucket');
  return {
    bucket,
    prefix: options.prefix ?? '',
    since: since === undefined ? null : readTime('--since', since, now),
    until: readTime('--until', until, now),
    inventory: inventory ?? null,
    isDryRun: options.dryRun ?? false,
    remakes: options.remake ?? false,
    removesOrphans: options.removeOrphans ?? false,
    json: options.json ?? false,
  };
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a time such as 2026-01-15T09:30:00Z or 2026-01-15, or an age such as 30s, 90m, 12h or 7d. */
function readTime(option: string, text: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit !== undefined)
    return new Date(now.getTime() - Number(count) * unitMs[unit as keyof typeof unitMs]);
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime()))
    throw new LandfallError(
      'request.invalid',
      `${option} ${text}: must be a time such as 2026-01-15T09:30:00Z, or an age such as 12h or 7d`,
    );
  return time;
}
