import type { Landfall } from '#client';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Program } from './context.js';

/** Adds a command that queries an api: the one named by its options, the environment or the local run. */
export const remoteCommand = (parent: Program, name: string, summary: string) =>
  parent
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .option('--api-url <url>', 'the api to ask; LANDFALL_API_URL, or the local run, unless given')
    .option('--api-key <key>', 'the key to ask with; LANDFALL_API_KEY does not show in the list of processes')
    .option('--json', 'print JSON, one value a line');

type Connection = { apiUrl?: string | undefined; apiKey?: string | undefined };

/** Loads the client lazily, when a command needs it. */
export const connectTo =
  (env: NodeJS.ProcessEnv) =>
  async ({ apiUrl, apiKey }: Connection): Promise<Landfall> =>
    (await import('../remote/connection.js')).connect({ apiUrl, apiKey }, env);

export function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
