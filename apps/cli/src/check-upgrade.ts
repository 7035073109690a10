import {
  directUrlOf,
  type ExpectedLock,
  type PendingMigration,
  planUpgrade,
  translateDatabaseErrors,
  type UpgradePlan,
} from '#database';
import { loadConfig } from '#runtime';
import { withDatabase } from './database-env.js';

/**
 * Prints what `landfall migrate` of this release would do to the database: what it locks, for how long, and how to go
 * back.
 * @returns 0; 1 if the database belongs to a newer release, which `landfall migrate` does not revert
 */
export async function checkUpgrade(env: NodeJS.ProcessEnv): Promise<number> {
  const { database } = loadConfig(['database'], await withDatabase(env));
  const plan = await translateDatabaseErrors(planUpgrade(directUrlOf(database)));
  for (const line of describeUpgrade(plan)) console.log(line);
  return plan.unknown.length > 0 ? 1 : 0;
}

/** Formats the plan as lines of text. */
export function describeUpgrade({ unknown, pending, oldTransactions }: UpgradePlan): string[] {
  if (unknown.length > 0)
    return [
      `error: the database is newer than this release: it has the migrations ${unknown.join(', ')}.`,
      'The release just before the newest also runs on this database. To go back further, run `landfall migrate --back` of the newest release once for each of these; it reverts the last one first.',
    ];
  if (pending.length === 0) return ['The database is up to date: an upgrade to this release locks nothing.'];
  return [
    `Migrations to run, in this order: ${pending.length}. Both releases may run meanwhile.`,
    ...pending.flatMap((migration) => ['', ...describeMigration(migration)]),
    ...(oldTransactions.length > 0 ? [''] : []),
    ...oldTransactions.map(
      ({ pid, application, ageS }) =>
        `warning: a transaction of ${application || 'an unnamed program'} (process ${pid}) has been open for ${describeSeconds(ageS)}; migrations may wait for it`,
    ),
  ];
}

function describeMigration({ name, locks, revertLoses }: PendingMigration): string[] {
  if (locks === null) return [name, '  Its locks are not declared. Run it on a copy of the database first.'];
  return [
    name,
    ...(locks.length === 0 ? ['  locks no existing table'] : locks.map((lock) => `  ${describeLock(lock)}`)),
    `  to revert: landfall migrate --back, which loses ${revertLoses ?? 'nothing'}`,
  ];
}

const stops = {
  'SHARE UPDATE EXCLUSIVE': 'blocks neither reads nor writes',
  'SHARE ROW EXCLUSIVE': 'blocks writes',
  'ACCESS EXCLUSIVE': 'blocks reads and writes',
} as const;

/**
 * Assumed read rate of an uncached table on a slow disk. An index built without a strong lock reads the table twice.
 */
const readBytesPerS = 50_000_000;
const readsOfScan = 2;

function describeLock({ table, mode, lasts, sizeBytes, rows }: ExpectedLock): string {
  const size = `${(sizeBytes / 1e6).toFixed(0)} MB${rows === null ? '' : `, ${rows.toLocaleString('en')} rows`}`;
  const duration =
    lasts === 'moment'
      ? 'a moment; each attempt waits at most a second for the lock, then lets queries pass'
      : describeSeconds((readsOfScan * sizeBytes) / readBytesPerS);
  return `${table} (${size}): ${mode}, ${stops[mode]}, for ${duration}`;
}

function describeSeconds(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 120) return `about ${Math.round(seconds)} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
