import { invalidArgument } from '#oss';
import type { BucketRecord } from '../store/bucket-record.js';
import { headersToKeep, type ObjectAcl, type ObjectProperties } from '../store/stored-object.js';
import { readEncryption } from './object-encryption.js';
import { readTaggingHeader } from './tags.js';

type Headers = Readonly<Record<string, string | undefined>>;

const acls = new Set<string>(['default', 'private', 'public-read', 'public-read-write']);
const storageClasses = new Set(['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive']);

/**
 * Reads the object properties from the headers of an upload, with the defaults of the bucket.
 * @throws OssRefusal InvalidArgument, InvalidTag, InvalidEncryptionAlgorithmError
 */
export function readProperties(headers: Headers, bucket: BucketRecord): ObjectProperties {
  return {
    mimeType: headers['content-type'] ?? 'application/octet-stream',
    headers: headersToKeep(headers),
    acl: readAcl(headers['x-oss-object-acl']),
    storageClass: readStorageClass(headers['x-oss-storage-class']) ?? bucket.storageClass,
    tags: readTaggingHeader(headers['x-oss-tagging']),
    encryption: readEncryption(headers, bucket),
  };
}

/** @throws OssRefusal InvalidArgument */
export function readAcl(value = 'default'): ObjectAcl {
  if (isAcl(value)) return value;
  throw invalidArgument('no such object access control exists', undefined, {
    ArgumentName: 'x-oss-object-acl',
    ArgumentValue: value,
  });
}

const isAcl = (value: string): value is ObjectAcl => acls.has(value);

/** @throws OssRefusal InvalidArgument */
export function readStorageClass(value: string | undefined): string | undefined {
  if (value === undefined || storageClasses.has(value)) return value;
  throw invalidArgument('The storage class is not valid.', undefined, {
    ArgumentName: 'x-oss-storage-class',
    ArgumentValue: value,
  });
}
