import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What `.landfall/local.json` says while the local run is ready: where everything is, and with which secrets. */
export const localRunSchema = z.object({
  apiUrl: z.string(),
  /** There is no console yet. */
  consoleUrl: z.string().nullable(),
  apiKey: z.string(),
  callbackUrl: z.string(),
  databaseUrl: z.string(),
  queueUrl: z.string(),
  oss: z.object({
    endpoint: z.string(),
    region: z.string(),
    bucket: z.string(),
    accessKeyId: z.string(),
    accessKeySecret: z.string(),
  }),
});
export type LocalRunFacts = z.output<typeof localRunSchema>;

/** Writes the facts so that a reader sees either none or all of them, and nobody else of this machine any. */
export async function writeLocalRunFacts(file: string, facts: LocalRunFacts): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, file);
}
