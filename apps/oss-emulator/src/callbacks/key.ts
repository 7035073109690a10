import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the emulator serves its public key, under its public URL. */
export const callbackKeyPath = '/callback_pub_key_v1.pem';

export interface CallbackKey {
  readonly privateKey: KeyObject;
  readonly publicKeyPem: string;
}

/**
 * The key that signs callbacks: created at the first start and kept in the data folder. As weak as
 * the real one: 512 bits.
 */
export async function loadCallbackKey(dataDir: string): Promise<CallbackKey> {
  const path = join(dataDir, 'callback-key.pem');
  const pem = (await readIfThere(path)) ?? (await makeKey(path));
  const publicKeyPem = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey: createPrivateKey(pem), publicKeyPem };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(path, pem, { mode: 0o600, flush: true });
  return pem;
}
