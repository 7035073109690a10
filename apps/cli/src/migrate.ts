import { directUrlOf, migrateDatabase, revertLastMigration, translateDatabaseErrors } from '#database';
import { migrateQueue } from '#jobs';
import { loadConfig } from '#runtime';
import { withDatabase } from './database-env.js';

/**
 * Migrates the database, and the tables of the queue if it is in Postgres. With `back`, reverts the last migration of
 * the database instead, to return to the previous release.
 */
export async function migrate({ back }: { back: boolean }, env: NodeJS.ProcessEnv): Promise<number> {
  const { database, queue } = loadConfig(['database', 'queue'], await withDatabase(env));
  const url = directUrlOf(database);
  if (back) {
    const name = await translateDatabaseErrors(revertLastMigration(url));
    console.log(name === null ? 'There is no migration to revert.' : `reverted: ${name}`);
    return 0;
  }
  const names = await translateDatabaseErrors(migrateDatabase(url));
  for (const name of names) console.log(`migrated: ${name}`);
  await migrateQueue(queue.url);
  console.log('The database and the queue are up to date.');
  return 0;
}
