import { isLandfallError, LandfallError, loadConfig } from '#runtime';
import { type LocalRunFacts, readLocalRunFacts } from './start/local-run-facts.js';

/**
 * Like `withDatabase`, for a command that also uses the object store: adds the emulator of the local run unless the
 * environment configures an object store.
 * @throws LandfallError config.invalid if there is neither
 */
export async function withLocalRun(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (env['DATABASE_URL'] && env['OSS_ENDPOINT']) return env;
  const { oss } = await readFacts(env);
  return {
    LANDFALL_ENV: 'development',
    OSS_ENDPOINT: oss.endpoint,
    OSS_REGION: oss.region,
    OSS_BUCKETS: oss.bucket,
    OSS_ACCESS_KEY_ID: oss.accessKeyId,
    OSS_ACCESS_KEY_SECRET: oss.accessKeySecret,
    OSS_PATH_STYLE: 'true',
    ...(await withDatabase(env)),
  };
}

/**
 * The environment of a command that uses the database. If it already has a database, it is returned unchanged;
 * otherwise database and queue are those of the local run in this folder, unless the environment sets the queue.
 * @throws LandfallError config.invalid if there is neither
 */
export async function withDatabase(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (env['DATABASE_URL']) return env;
  const { databaseUrl, queueUrl } = await readFacts(env);
  return { ...env, DATABASE_URL: databaseUrl, QUEUE_URL: env['QUEUE_URL'] || queueUrl };
}

async function readFacts(env: NodeJS.ProcessEnv): Promise<LocalRunFacts> {
  const { dataDir } = loadConfig(['local'], env).local;
  try {
    return await readLocalRunFacts(dataDir);
  } catch (cause) {
    if (!isLandfallError(cause, 'local.not_running')) throw cause;
    const problem = `DATABASE_URL is not set, and no local run provides it: ${cause.message}`;
    throw new LandfallError('config.invalid', problem, { cause });
  }
}
