import { invalidArgument } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { Bucket } from '../store/buckets.js';
import { receiveFile, type ReceivedFile } from '../store/received-file.js';
import { versionHeaders, type StoredObject } from '../store/stored-object.js';
import type { ByteRange } from '../wire/byte-range.js';
import { meetsConditions } from '../wire/conditions.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { findVersion, readVersionId, type Wanted } from './find-object.js';

/** The object named by `x-oss-copy-source`. */
export interface CopySource {
  readonly bucket: Bucket;
  readonly object: StoredObject;
  /** Whether the request names a specific version. */
  readonly isVersion: boolean;
}

/**
 * Finds the source object and checks the copy conditions.
 * @throws OssRefusal InvalidArgument, NoSuchBucket, NoSuchKey, NoSuchVersion, PreconditionFailed, NotModified
 */
export function findCopySource(exchange: AddressedExchange, { buckets }: EmulatorState): CopySource {
  const { headers } = exchange;
  const { bucketName, key, versionId } = readSource(headers['x-oss-copy-source'] ?? '');
  const bucket = buckets.get(bucketName);
  const object = findVersion(exchange, bucket, { key, versionId });
  if (!meetsConditions(headers, object, 'x-oss-copy-source-')) throw refusal('NotModified');
  return { bucket, object, isVersion: versionId !== undefined };
}

/** The header that names the copied version; none if the source has no version. */
export function sourceHeaders({ bucket, object }: CopySource): Record<string, string> {
  const { 'x-oss-version-id': versionId } = versionHeaders(bucket, object);
  return versionId === undefined ? {} : { 'x-oss-copy-source-version-id': versionId };
}

/**
 * Copies the bytes of an object, or a range of them, into a new file.
 * @returns undefined if the object was replaced meanwhile and must be looked up again
 */
export async function receiveCopy(
  objects: Bucket['objects'],
  object: StoredObject,
  { buckets }: EmulatorState,
  range: ByteRange = { start: 0, end: object.sizeBytes - 1 },
): Promise<ReceivedFile | undefined> {
  const bytes = objects.open(object);
  if (!bytes) return undefined;
  try {
    return await receiveFile(bytes.read(range), buckets.incoming);
  } finally {
    await bytes.close();
  }
}

function readSource(header: string): Wanted & { readonly bucketName: string } {
  const [path = '', query] = header.split('?', 2);
  const [, bucketName, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(path)) ?? [];
  if (!bucketName || !key)
    throw invalidArgument('Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.');
  const versionId = new URLSearchParams(query).get('versionId') ?? undefined;
  return { bucketName, key, versionId: readVersionId(versionId) };
}

function decode(text: string): string {
  try {
    // `+` is decoded as a space, as in paths.
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
