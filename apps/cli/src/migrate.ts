import { migrateDatabase, translateDatabaseErrors } from '#database';
import { migrateQueue } from '#jobs';
import { loadConfig } from '#runtime';
import { withDatabase } from './database-env.js';

/** Brings the database, and the queue's own tables where Postgres holds them, up to date. */
export async function migrate(env: NodeJS.ProcessEnv): Promise<number> {
  const { database, queue } = loadConfig(['database', 'queue'], await withDatabase(env));
  const names = await translateDatabaseErrors(migrateDatabase(database.DATABASE_URL));
  for (const name of names) console.log(`migrated: ${name}`);
  await migrateQueue(queue.QUEUE_URL);
  console.log('The database and the queue are up to date.');
  return 0;
}
