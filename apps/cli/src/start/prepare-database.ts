import { createDatabaseIfMissing, migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';

/** Makes the database of the local run, and all tables that are missing in it. */
export async function prepareDatabase(
  adminUrl: string,
  { database, databaseUrl, queueUrl }: { database: string; databaseUrl: string; queueUrl: string },
): Promise<void> {
  await createDatabaseIfMissing(adminUrl, database);
  await migrateDatabase(databaseUrl);
  await migrateQueue(queueUrl);
}
