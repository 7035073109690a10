import { Landfall } from '#client';
import { isLandfallError, LandfallError, loadConfig } from '#runtime';
import { readLocalRunFacts } from '../start/local-run-facts.js';

/** The options of every command that queries an api. */
export interface ConnectionOptions {
  readonly apiUrl?: string | undefined;
  readonly apiKey?: string | undefined;
}

/**
 * Connects to the api named by the options, the environment, or the local run in this folder, in this order. The key
 * of the local run is sent only to the local run.
 * @throws LandfallError config.invalid; request.invalid if only one of URL and key is given, or the URL is invalid
 */
export async function connect(options: ConnectionOptions, env: NodeJS.ProcessEnv): Promise<Landfall> {
  const { client } = loadConfig(['client'], env);
  const baseUrl = options.apiUrl ?? client.apiUrl;
  const apiKey = options.apiKey ?? client.apiKey;
  if (baseUrl === undefined && apiKey === undefined) return connectLocally(env);
  if (baseUrl === undefined)
    throw new LandfallError(
      'request.invalid',
      'an API key is given, but no URL: set --api-url or LANDFALL_API_URL',
    );
  if (apiKey === undefined)
    throw new LandfallError('request.invalid', 'a URL is given, but no API key: set LANDFALL_API_KEY');
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
    const problem = `no api URL is given (--api-url, LANDFALL_API_URL), and there is no local run: ${cause.message}`;
    throw new LandfallError('config.invalid', problem, { cause });
  }
}
