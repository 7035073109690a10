import { type ImageLimits, openImageFile } from '#image';
import type { ImageSpec } from '#media';
import { isLandfallError, LandfallError } from '#runtime';
import type { ObjectStore } from '#storage';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A logo has some kilobytes; what is much larger would be read again and again. */
const maxBytes = 4_194_304;
/** A picture is asked for again after this time: a new logo then shows. */
const keptMs = 300_000;
const maxKept = 16;

interface Kept {
  bytes: Buffer;
  until: number;
}

/** The pictures that this process has read, of each store; those that were not there are asked for each time. */
const keptOf = new WeakMap<ObjectStore, Map<string, Kept>>();

/** Where the pictures of watermarks are, and where they go. */
export interface WatermarkWork {
  readonly store: ObjectStore;
  readonly limits: ImageLimits;
  /** That of the upload. */
  readonly bucket: string;
  /** An existing folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Fetches the pictures of watermarks that the renditions want into files below `folder`, by object key; with those that
 * cannot be used the error that says why. What passes, such as a store that does not answer, is thrown.
 */
export async function fetchWatermarks(
  { store, limits, bucket, folder, signal }: WatermarkWork,
  specs: readonly ImageSpec[],
): Promise<Map<string, string | LandfallError>> {
  const keys = new Set(specs.map(({ watermark }) => watermark?.objectKey).filter((key) => key !== undefined));
  const watermarks = new Map<string, string | LandfallError>();
  for (const objectKey of keys) {
    const own = join(folder, `watermark-${watermarks.size}`);
    try {
      const bytes = await readPicture(store, bucket, objectKey, signal);
      await mkdir(own);
      await writeFile(join(own, 'picture'), bytes);
      const { file, warnings } = await openImageFile(join(own, 'picture'), own, limits, signal);
      if (warnings.includes('media.truncated'))
        throw new LandfallError('media.damaged', 'the watermark ends early');
      watermarks.set(objectKey, file);
    } catch (error) {
      if (!isLandfallError(error) || error.retryable) throw error;
      watermarks.set(objectKey, error);
    }
  }
  return watermarks;
}

async function readPicture(
  store: ObjectStore,
  bucket: string,
  objectKey: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const kept = keptOf.get(store) ?? new Map<string, Kept>();
  keptOf.set(store, kept);
  const address = `${bucket}/${objectKey}`;
  const known = kept.get(address);
  if (known && known.until > Date.now()) return known.bytes;
  kept.delete(address);
  const bytes = await store.readStart({ bucket, objectKey }, maxBytes + 1, signal);
  if (bytes.length > maxBytes)
    throw new LandfallError('object.too_large', `a watermark has at most ${maxBytes} bytes`);
  const [oldest] = kept.keys();
  if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
  kept.set(address, { bytes: Buffer.from(bytes), until: Date.now() + keptMs });
  return bytes;
}
