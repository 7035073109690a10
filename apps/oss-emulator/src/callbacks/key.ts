import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { keepFile } from '../store/kept-file.js';

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
  const pem = await keepFile(join(dataDir, 'callback-key.pem'), makeKey);
  const publicKeyPem = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey: createPrivateKey(pem), publicKeyPem };
}

function makeKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
