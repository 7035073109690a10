import { isLandfallError, LandfallError, loadConfig } from '#runtime';
import { readLocalRunFacts } from './start/local-run-facts.js';

/**
 * The environment of a command that works on the database. An environment with a database is used
 * unchanged; otherwise database and queue are those of the local run in this folder, except for a
 * queue that the environment sets.
 * @throws LandfallError config.invalid if there is neither
 */
export async function withDatabase(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (env['DATABASE_URL']) return env;
  const { dataDir } = loadConfig(['local'], env).local;
  try {
    const { databaseUrl, queueUrl } = await readLocalRunFacts(dataDir);
    return { ...env, DATABASE_URL: databaseUrl, QUEUE_URL: env['QUEUE_URL'] || queueUrl };
  } catch (cause) {
    if (!isLandfallError(cause, 'local.not_running')) throw cause;
    const problem = `DATABASE_URL is not set, and no local run provides it: ${cause.message}`;
    throw new LandfallError('config.invalid', problem, { cause });
  }
}
