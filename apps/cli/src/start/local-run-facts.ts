import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import { z } from 'zod';

export const localRunFile = (dataDir: string) => join(dataDir, 'local.json');

/** The contents of `.landfall/local.json` while the local run is ready: addresses and secrets. */
const localRunSchema = z.object({
  apiUrl: z.string(),
  /** Null if the console is disabled (API_CONSOLE=false). */
  consoleUrl: z.string().nullable(),
  apiKey: z.string(),
  callbackUrl: z.string(),
  databaseUrl: z.string(),
  queueUrl: z.string(),
  managementUrls: z.object({ api: z.string(), worker: z.string() }),
  oss: z.object({
    endpoint: z.string(),
    region: z.string(),
    bucket: z.string(),
    accessKeyId: z.string(),
    accessKeySecret: z.string(),
  }),
});
export type LocalRunFacts = z.output<typeof localRunSchema>;

/** Writes the facts atomically, readable only for this user. */
export async function writeLocalRunFacts(file: string, facts: LocalRunFacts): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, file);
}

/**
 * Reads the facts of the local run whose data is in `dataDir`.
 * @throws LandfallError local.not_running
 */
export async function readLocalRunFacts(dataDir: string): Promise<LocalRunFacts> {
  const file = localRunFile(dataDir);
  const refuse = (problem: string, cause: unknown) =>
    new LandfallError('local.not_running', `${file} ${problem}; start it with "npm start"`, { cause });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw refuse('is missing', cause);
  }
  try {
    return localRunSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw refuse('was not written by a local run of this version', cause);
  }
}
