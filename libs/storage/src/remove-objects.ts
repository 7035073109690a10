import { settleAll } from '#runtime';
import type { ObjectAddress } from './object-address.js';
import { keysAtOnce, type ObjectStore } from './object-store.js';

const removesAtOnce = 4;

/**
 * Removes one object, or with a slash at the end of the key all objects below it. Doing it again is no failure.
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
    for (let next = 0; next < keys.length; next += removesAtOnce) {
      const some = keys.slice(next, next + removesAtOnce);
      await settleAll(some.map((key) => store.remove({ bucket, objectKey: key }, signal)));
    }
    after = keys.at(-1) ?? after;
    size = keys.length;
  }
}
