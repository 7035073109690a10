import { OssRefusal, accessDenied } from '#oss';
import type { Bucket, Buckets } from '../store/buckets.js';
import type { AddressedExchange } from '../wire/exchange.js';

/** Query names that address the object's content rather than one of its sub-resources. */
const contentNames = new Set(['objectMeta', 'append', 'uploads', 'uploadId', 'x-oss-process']);

/**
 * Refuses what an unsigned request may not do. It may read and write objects as far as the object's ACL allows or, if
 * that is `default`, the bucket's ACL; everything else requires a signature.
 * @throws OssRefusal AccessDenied, InvalidRequest, NoSuchBucket
 */
export function checkAnonymous(exchange: AddressedExchange, subResource: string, buckets: Buckets): void {
  const { bucket: name, objectKey, query, method } = exchange;
  if (name === '') throw accessDenied('Anonymous access is forbidden for this operation.');
  const bucket = buckets.get(name);
  if (objectKey === '' || (subResource !== '' && !contentNames.has(subResource)))
    throw accessDenied('Anonymous access is forbidden for this operation.');
  const reads = method === 'GET' || method === 'HEAD';
  checkAcl(exchange, bucket, reads && subResource !== 'uploadId');
  if (Object.keys(query).some((name) => name.startsWith('response-')))
    throw new OssRefusal(
      400,
      'InvalidRequest',
      'Request specific response headers cannot be used for anonymous GET requests.',
    );
}

/** @throws OssRefusal AccessDenied unless anonymous users may write objects with `key` */
export function checkAnonymousWrite(key: string, bucket: Bucket): void {
  checkAcl({ objectKey: key, query: {} }, bucket, false);
}

function checkAcl(
  { objectKey, query }: Pick<AddressedExchange, 'objectKey' | 'query'>,
  bucket: Bucket,
  reads: boolean,
): void {
  const { versionId } = query;
  const { objects } = bucket;
  const object = versionId === undefined ? objects.get(objectKey) : objects.version(objectKey, versionId);
  const own = object && object.acl !== 'default' ? object.acl : undefined;
  const acl = own ?? bucket.acl;
  if (acl === 'public-read-write' || (reads && acl === 'public-read')) return;
  throw own
    ? accessDenied('Anonymous user has no right to access this object.')
    : accessDenied('You have no right to access this object because of bucket acl.', '0003-00000001');
}
