import pMap from 'p-map';
import type { ObjectAddress } from './object-address.js';
import { keysAtOnce, type ObjectStore } from './object-store.js';

const removesAtOnce = 4;

/**
 * Removes one object, or all objects below a key that ends with a slash. Idempotent.
 * @throws LandfallError storage.unavailable, storage.denied, storage.refused
 */
export async function removeObjects(
  store: ObjectStore,
  { bucket, objectKey }: ObjectAddress,
  signal: AbortSignal,
): Promise<void> {
  if (!objectKey.endsWith('/')) return store.remove({ bucket, objectKey }, signal);
  for (let after = '', size = keysAtOnce; size === keysAtOnce;) {
    const keys = await store.listKeys(bucket, objectKey, after, signal);
    await pMap(keys, (key) => store.remove({ bucket, objectKey: key }, signal), {
      concurrency: removesAtOnce,
    });
    after = keys.at(-1) ?? after;
    size = keys.length;
  }
}
