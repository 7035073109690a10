import { type ImageLimits, openImageFile } from '#image';
import type { ImageSpec } from '#media';
import { isLandfallError, LandfallError } from '#runtime';
import type { ObjectStore } from '#storage';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A logo has some kilobytes; a much larger picture would be costly to read repeatedly. */
const maxBytes = 4_194_304;
/** How long a picture is cached; a replaced logo shows after that. */
const keptMs = 300_000;
const maxKept = 16;

interface Kept {
  bytes: Buffer;
  until: number;
}

/** The pictures cached by this process, per store; missing ones are not cached. */
const keptOf = new WeakMap<ObjectStore, Map<string, Kept>>();

/** Where watermark pictures are read from and written to. */
export interface WatermarkWork {
  readonly store: ObjectStore;
  readonly limits: ImageLimits;
  /** The upload's bucket. */
  readonly bucket: string;
  /** An existing folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Fetches the watermark pictures of the specs into files below `folder`.
 * @returns by object key, the path of the file, or the permanent error that makes the picture unusable
 * @throws LandfallError if retryable, such as an unavailable store
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
        throw new LandfallError('media.damaged', 'the watermark is truncated');
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
    throw new LandfallError('object.too_large', `a watermark may have at most ${maxBytes} bytes`);
  const [oldest] = kept.keys();
  if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
  kept.set(address, { bytes: Buffer.from(bytes), until: Date.now() + keptMs });
  return bytes;
}
