import { Landfall } from '#client';
import { isLandfallError, LandfallError, loadConfig } from '#runtime';
import { readLocalRunFacts } from '../start/local-run-facts.js';

/** The options of every command that asks an api. */
export interface ConnectionOptions {
  readonly apiUrl?: string | undefined;
  readonly apiKey?: string | undefined;
}

/**
 * The api that the options name, else the environment, else the local run in this folder. A key of
 * the local run is sent to nobody else.
 * @throws LandfallError config.invalid, request.invalid if one of both is missing or no URL
 */
export async function connect(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<Landfall> {
  const { client } = loadConfig(['client'], env);
  const baseUrl = options.apiUrl ?? client.apiUrl;
  const apiKey = options.apiKey ?? client.apiKey;
  if (baseUrl === undefined && apiKey === undefined) return connectLocally(env);
  if (baseUrl === undefined)
    throw new LandfallError(
      'request.invalid',
      'there is a key but no URL: add --api-url or LANDFALL_API_URL',
    );
  if (apiKey === undefined)
    throw new LandfallError('request.invalid', 'there is a URL but no key: set LANDFALL_API_KEY');
  try {
    return new Landfall({ baseUrl, apiKey });
  } catch (cause) {
    throw new LandfallError('request.invalid', `--api-url ${baseUrl}: ${String(cause)}`, { cause });
  }
}

async function connectLocally(env: NodeJS.ProcessEnv): Promise<Landfall> {
  const { dataDir } = loadConfig(['local'], env).local;
  try {
    const { apiUrl, apiKey } = await readLocalRunFacts(dataDir);
    return new Landfall({ baseUrl: apiUrl, apiKey });
  } catch (cause) {
    if (!isLandfallError(cause, 'local.not_running')) throw cause;
    const problem = `no api is named (--api-url, LANDFALL_API_URL), and there is no local run: ${cause.message}`;
    throw new LandfallError('config.invalid', problem, { cause });
  }
}
