import { invalidArgument } from '#oss';
import type { Bucket } from '../store/buckets.js';
import { isArchived, restoreState, versionHeaders, type StoredObject } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';

type Answer = Pick<AddressedExchange, 'outgoing'>;

/** Which version is meant: the current one if there is no id. */
export interface Wanted {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** The version that a request names. @throws OssRefusal NoSuchKey, NoSuchVersion, MethodNotAllowed */
export function findRequested(exchange: AddressedExchange, bucket: Bucket): StoredObject {
  const versionId = readVersionId(exchange.query['versionId']);
  return findVersion(exchange, bucket, { key: exchange.objectKey, versionId });
}

/**
 * Of a deleted object, the answer tells the marker in headers.
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

/** @throws OssRefusal InvalidArgument if it has not the form of an id */
export function readVersionId(text: string | undefined): string | undefined {
  if (text === undefined || text === 'null' || /^CAEQ[\w+/=-]{1,120}$/.test(text)) return text;
  throw invalidArgument('Invalid version id specified', undefined, {
    ArgumentName: 'versionId',
    ArgumentValue: text,
  });
}

/**
 * What a read of this object returns: of a symlink the bytes of its target, with the link's own
 * headers and the later of both times.
 * @throws OssRefusal SymlinkTargetNotExist, InvalidTargetType
 */
export function followLink(bucket: Bucket, object: StoredObject): StoredObject {
  if (object.symlinkTarget === undefined) return object;
  const target = bucket.objects.get(object.symlinkTarget);
  if (!target) throw refusal('SymlinkTargetNotExist', { Key: object.symlinkTarget });
  if (target.type === 'Symlink') throw refusal('InvalidTargetType', { Key: object.symlinkTarget });
  const { dataFiles, sizeBytes, etag, crc64, contentMd5 } = target;
  const modifiedAt = target.modifiedAt > object.modifiedAt ? target.modifiedAt : object.modifiedAt;
  // How the bytes are kept, and whether they are readable, is a matter of the target too.
  const { storageClass, encryption, restored } = target;
  const bytes = { dataFiles, sizeBytes, etag, crc64, contentMd5, modifiedAt, storageClass, encryption };
  return { ...object, ...bytes, ...(restored && { restored }) };
}

/** @throws OssRefusal InvalidObjectState if the object is archived and not restored */
export function checkReadable(object: StoredObject): void {
  const isRestored = restoreState(object, new Date())?.startsWith('ongoing-request="false"');
  if (isArchived(object) && !isRestored) throw refusal('InvalidObjectState', { Key: object.key });
}
