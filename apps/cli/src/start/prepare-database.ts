import { createDatabaseIfMissing, migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';

/** Creates the database of the local run and all missing tables. */
export async function prepareDatabase(
  adminUrl: string,
  { database, databaseUrl, queueUrl }: { database: string; databaseUrl: string; queueUrl: string },
): Promise<void> {
  await createDatabaseIfMissing(adminUrl, database);
  await migrateDatabase(databaseUrl);
  await migrateQueue(queueUrl);
}
