import { randomBytes } from 'node:crypto';
import { loadConfig } from '#runtime';

/**
 * Prints the callback URL with the first of CALLBACK_URL_SECRETS. If there is none, prints a new secret and where to
 * set it, but changes no settings. To rotate, prepend a new secret, and remove the old one once no client uses it.
 */
export async function printCallbackUrl(env: NodeJS.ProcessEnv): Promise<number> {
  const { callback } = loadConfig(['callback'], env);
  const [secret] = callback.urlSecrets;
  if (secret === undefined) {
    console.log(`CALLBACK_URL_SECRETS=${randomBytes(24).toString('base64url')}`);
    console.error(
      'This is a new secret. Set it for the api, restart the api, and run this command again to print the URL.',
    );
    return 0;
  }
  // Only these two of the api's settings are needed.
  const { API_PUBLIC_URL, API_PORT } = env;
  const publicUrl =
    callback.publicUrl ?? (API_PUBLIC_URL?.replace(/\/$/, '') || `http://localhost:${API_PORT || 3_000}`);
  console.log(`${publicUrl}/callbacks/oss/${secret}`);
  if (!callback.publicUrl && !API_PUBLIC_URL)
    console.error('Neither CALLBACK_PUBLIC_URL nor API_PUBLIC_URL is set: OSS cannot reach localhost.');
  return 0;
}
