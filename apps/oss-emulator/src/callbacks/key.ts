import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { keepFile } from '../store/kept-file.js';

/** Path of the public key under the emulator's public URL. */
export const callbackKeyPath = '/callback_pub_key_v1.pem';

export interface CallbackKey {
  readonly privateKey: KeyObject;
  readonly publicKeyPem: string;
}

/**
 * Loads the key that signs callbacks. It is created at the first start, kept in the data folder, and as weak as the
 * real one: 512 bits.
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
