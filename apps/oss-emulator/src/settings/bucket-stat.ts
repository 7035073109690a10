import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { sendXml } from '../wire/responses.js';

/** `GET /?stat`: counted now, where OSS tells what it counted within the last hour. */
export function getBucketStat(exchange: AddressedExchange, { buckets }: EmulatorState): void {
  const { objects, uploads } = buckets.get(exchange.bucket);
  const all = { prefix: '', delimiter: '' };
  let [storageBytes, objectCount, uploadCount] = [0, 0, 0];
  for (const entry of objects.list('', all)) {
    if (!('record' in entry)) continue;
    storageBytes += entry.record.sizeBytes;
    objectCount += 1;
  }
  for (const _ of uploads.list('', '', all)) uploadCount += 1;
  sendXml(exchange, 200, [
    'BucketStat',
    [
      ['Storage', storageBytes],
      ['ObjectCount', objectCount],
      ['MultipartUploadCount', uploadCount],
    ],
  ]);
}
