import pMap from 'p-map';
import type { ObjectAddress } from './object-address.js';
import type { ObjectStore } from './object-store.js';

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
  for (let token: string | null = ''; token !== null;) {
    const page = await store.list(bucket, objectKey, { token }, signal);
    await pMap(page.objects, (object) => store.remove({ bucket, objectKey: object.objectKey }, signal), {
      concurrency: removesAtOnce,
    });
    token = page.nextToken;
  }
}
