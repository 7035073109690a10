import { createHash } from 'node:crypto';
import type { Landing } from '#uploads';
import { benchBucket } from '../harness/target.js';

/** A landing with values as varied as those of the load generator. */
export function landing(index: number): Landing {
  const etag = createHash('md5').update(`landing ${index}`).digest('hex').toUpperCase();
  return {
    bucket: benchBucket,
    objectKey: `photos/user-${(index * 7_919) % 50_000}/IMG ${index}.jpg`,
    etag,
    sizeBytes: 1_000_000 + index,
    mimeType: 'image/jpeg',
    imageInfo: { width: 4_000, height: 3_000, format: 'jpg' },
    vars: { user_id: String((index * 7_919) % 50_000), album: 'Summer 2026' },
    claimedVars: null,
    source: 'callback',
    proof: 'url',
    ticketId: null,
    requestId: null,
  };
}
