import type { Landfall } from '#client';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Program } from './context.js';

/** Adds a command that queries an api: the one named by its options, the environment or the local run. */
export const remoteCommand = (parent: Program, name: string, summary: string) =>
  parent
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .option('--api-url <url>', 'URL of the api; defaults to LANDFALL_API_URL, else the local run')
    .option('--api-key <key>', 'API key; prefer LANDFALL_API_KEY, which the process list does not show')
    .option('--json', 'print JSON, one value per line');

type Connection = { apiUrl?: string | undefined; apiKey?: string | undefined };

/** Loads the client lazily, when a command needs it. */
export const connectTo =
  (env: NodeJS.ProcessEnv) =>
  async ({ apiUrl, apiKey }: Connection): Promise<Landfall> =>
    (await import('../remote/connection.js')).connect({ apiUrl, apiKey }, env);

export function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number of at most 9 digits.');
  return Number(text);
}
