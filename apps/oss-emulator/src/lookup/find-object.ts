import { invalidArgument } from '#oss';
import type { Bucket } from '../store/buckets.js';
import { isArchived, restoreState, versionHeaders, type StoredObject } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';

type Answer = Pick<AddressedExchange, 'outgoing'>;

/** A key and a version id; without an id, the current version is meant. */
export interface Wanted {
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * Finds the version that a request names.
 * @throws OssRefusal NoSuchKey, NoSuchVersion, MethodNotAllowed
 */
export function findRequested(exchange: AddressedExchange, bucket: Bucket): StoredObject {
  const versionId = readVersionId(exchange.query['versionId']);
  return findVersion(exchange, bucket, { key: exchange.objectKey, versionId });
}

/**
 * Finds a version. If it is a delete marker, sets the headers that describe the marker before it throws.
 * @throws OssRefusal NoSuchKey, NoSuchVersion, MethodNotAllowed if the version is a delete marker
 */
export function findVersion({ outgoing }: Answer, bucket: Bucket, { key, versionId }: Wanted): StoredObject {
  const version =
    versionId === undefined ? bucket.objects.newest(key) : bucket.objects.version(key, versionId);
  if (!version && versionId !== undefined) throw refusal('NoSuchVersion', { Key: key, VersionId: versionId });
  if (!version) throw refusal('NoSuchKey', { Key: key });
  if (!version.deleteMarker) return version;
  outgoing.setHeader('x-oss-delete-marker', 'true');
  for (const [name, value] of Object.entries(versionHeaders(bucket, version)))
    outgoing.setHeader(name, value);
  throw versionId === undefined
    ? refusal('NoSuchKey', { Key: key })
    : refusal('MethodNotAllowed', { Method: 'GET', ResourceType: 'DeleteMarker' });
}

/** @throws OssRefusal InvalidArgument if it is not a valid version id */
export function readVersionId(text: string | undefined): string | undefined {
  if (text === undefined || text === 'null' || /^CAEQ[\w+/=-]{1,120}$/.test(text)) return text;
  throw invalidArgument('Invalid version id specified', undefined, {
    ArgumentName: 'versionId',
    ArgumentValue: text,
  });
}

/**
 * Resolves a symlink: the result has the bytes of the target, the headers of the link, and the later of both times.
 * Returns any other object unchanged.
 * @throws OssRefusal SymlinkTargetNotExist, InvalidTargetType
 */
export function followLink(bucket: Bucket, object: StoredObject): StoredObject {
  if (object.symlinkTarget === undefined) return object;
  const target = bucket.objects.get(object.symlinkTarget);
  if (!target) throw refusal('SymlinkTargetNotExist', { Key: object.symlinkTarget });
  if (target.type === 'Symlink') throw refusal('InvalidTargetType', { Key: object.symlinkTarget });
  const { dataFiles, sizeBytes, etag, crc64, contentMd5 } = target;
  const modifiedAt = target.modifiedAt > object.modifiedAt ? target.modifiedAt : object.modifiedAt;
  // Storage class, encryption and restore state also come from the target.
  const { storageClass, encryption, restored } = target;
  const bytes = { dataFiles, sizeBytes, etag, crc64, contentMd5, modifiedAt, storageClass, encryption };
  return { ...object, ...bytes, ...(restored && { restored }) };
}

/** @throws OssRefusal InvalidObjectState if the object is archived and not restored */
export function checkReadable(object: StoredObject): void {
  const isRestored = restoreState(object, new Date())?.startsWith('ongoing-request="false"');
  if (isArchived(object) && !isRestored) throw refusal('InvalidObjectState', { Key: object.key });
}
