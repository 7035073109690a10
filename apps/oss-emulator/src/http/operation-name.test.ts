import { expect, test } from 'vitest';
import { operationName } from './operation-name.js';

test.each<[string, Record<string, string>, string]>([
  ['GET /', {}, 'ListBuckets'],
  ['GET /b/', {}, 'ListObjects'],
  ['PUT /b/', {}, 'PutBucket'],
  ['GET /b/', { acl: '' }, 'GetBucketAcl'],
  ['DELETE /b/', { lifecycle: '' }, 'DeleteBucketLifecycle'],
  ['HEAD /b/k', {}, 'HeadObject'],
  ['DELETE /b/k', {}, 'DeleteObject'],
  ['PUT /b/k', { tagging: '' }, 'PutObjectTagging'],
  ['PUT /b/k', { uploadId: '1', partNumber: '2' }, 'UploadPart'],
  ['POST /b/k', { uploads: '' }, 'InitiateMultipartUpload'],
])('%s with %o is %s', (line, query, name) => {
  const [method = '', bucket = '', objectKey = ''] = line.split(/ ?\//);
  expect(operationName({ method, bucket, objectKey, query, headers: {} })).toBe(name);
});

test.each<[Record<string, string>, string]>([
  [{}, 'CopyObject'],
  [{ uploadId: '1', partNumber: '2' }, 'UploadPartCopy'],
])('a copy is told from a put: %o', (query, name) => {
  const headers = { 'x-oss-copy-source': '/b/l' };
  expect(operationName({ method: 'PUT', bucket: 'b', objectKey: 'k', query, headers })).toBe(name);
});
