import type { AddressedExchange } from '../wire/exchange.js';
import { findSubResource } from './find-operation.js';

/** By `type sub-resource method`: operations whose names cannot be derived from these. */
const names: Readonly<Record<string, string>> = {
  'Service  GET': 'ListBuckets',
  'Bucket  GET': 'ListObjects',
  'Bucket bucketInfo GET': 'GetBucketInfo',
  'Bucket delete POST': 'DeleteMultipleObjects',
  'Bucket policy&comp=callback GET': 'GetBucketCallbackPolicy',
  'Bucket policy&comp=callback PUT': 'PutBucketCallbackPolicy',
  'Bucket policy&comp=callback DELETE': 'DeleteBucketCallbackPolicy',
  'Bucket uploads GET': 'ListMultipartUploads',
  'Bucket versions GET': 'ListObjectVersions',
  'Object append POST': 'AppendObject',
  'Object objectMeta HEAD': 'GetObjectMeta',
  'Object restore POST': 'RestoreObject',
  'Object symlink GET': 'GetSymlink',
  'Object symlink HEAD': 'GetSymlink',
  'Object symlink PUT': 'PutSymlink',
  'Object uploads POST': 'InitiateMultipartUpload',
  'Object uploadId GET': 'ListParts',
  'Object uploadId PUT': 'UploadPart',
  'Object uploadId POST': 'CompleteMultipartUpload',
  'Object uploadId DELETE': 'AbortMultipartUpload',
  'Object x-oss-process GET': 'GetObject',
  'Object x-oss-process HEAD': 'HeadObject',
  'Object x-oss-process POST': 'ProcessObject',
};
const copies: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

type Named = Pick<AddressedExchange, 'bucket' | 'objectKey' | 'query' | 'method' | 'headers'>;

/** The name that OSS gives the operation of a request, such as PutObject or GetBucketAcl. */
export function operationName({ bucket, objectKey, query, method, headers }: Named): string {
  const type = objectKey ? 'Object' : bucket ? 'Bucket' : 'Service';
  const subResource = findSubResource(query);
  const name =
    names[`${type} ${subResource} ${method}`] ?? capital(method.toLowerCase()) + type + capital(subResource);
  return (headers['x-oss-copy-source'] !== undefined && copies[name]) || name;
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
