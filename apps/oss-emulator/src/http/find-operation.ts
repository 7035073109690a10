import {
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  listBuckets,
  putBucket,
} from '../buckets/bucket-operations.js';
import { getBucketAcl, putBucketAcl } from '../buckets/bucket-acl.js';
import { uploadPartCopy } from '../multipart/upload-part-copy.js';
import { appendObject } from '../objects/append-object.js';
import { getObjectAcl, putObjectAcl } from '../properties/object-acl.js';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from '../properties/object-tagging.js';
import { restoreObject } from '../properties/restore-object.js';
import { getSymlink, putSymlink } from '../objects/symlink.js';
import { getBucketVersioning, putBucketVersioning } from '../versions/bucket-versioning.js';
import { listVersions } from '../versions/list-versions.js';
import { copyObject } from '../objects/copy-object.js';
import { deleteObject, deleteObjects } from '../objects/delete-objects.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { getObject, getObjectMeta } from '../objects/get-object.js';
import { listObjects } from '../buckets/list-objects.js';
import {
  abortUpload,
  completeUpload,
  initiateUpload,
  listParts,
  uploadPart,
} from '../multipart/multipart-operations.js';
import { listUploads } from '../multipart/list-uploads.js';
import { putObject } from '../objects/put-object.js';
import { refusal } from '../wire/refusals.js';

type Operation = (exchange: AddressedExchange, state: EmulatorState) => void | Promise<void>;

/** Sub-resources that the emulator does not implement. */
const notImplemented = `comp cors encryption img inventory lifecycle live logging policy referer replication
  requestPayment resourceGroup stat style transferAcceleration website worm x-oss-async-process`.split(/\s+/);

/** Sub-resources that it knows of objects and not of buckets. */
const ofObjectsOnly = ['append', 'restore', 'symlink', 'tagging'];

/**
 * Returns the operation that a request names. @throws OssRefusal MethodNotAllowed, NotImplemented
 */
export function findOperation(exchange: AddressedExchange): Operation {
  const { bucket, objectKey, query, method } = exchange;
  const missing = notImplemented.find((name) => query[name] !== undefined);
  if (missing !== undefined) throw refusal('NotImplemented', { SubResource: missing });
  const operations = objectKey
    ? objectOperations(exchange)
    : bucket
      ? bucketOperations(query)
      : serviceOperations;
  const operation = operations[method];
  if (!operation) throw refusal('MethodNotAllowed', { Method: method });
  return operation;
}

type Operations = Readonly<Record<string, Operation | undefined>>;

const serviceOperations: Operations = { GET: listBuckets };

function bucketOperations(query: AddressedExchange['query']): Operations {
  const missing = ofObjectsOnly.find((name) => query[name] !== undefined);
  if (missing !== undefined) throw refusal('NotImplemented', { SubResource: missing });
  if (query['bucketInfo'] !== undefined) return { GET: getBucketInfo };
  if (query['location'] !== undefined) return { GET: getBucketLocation };
  if (query['uploads'] !== undefined) return { GET: listUploads };
  if (query['acl'] !== undefined) return { GET: getBucketAcl, PUT: putBucketAcl };
  if (query['versioning'] !== undefined) return { GET: getBucketVersioning, PUT: putBucketVersioning };
  if (query['versions'] !== undefined) return { GET: listVersions };
  if (query['delete'] !== undefined) return { POST: deleteObjects };
  return { GET: listObjects, PUT: putBucket, DELETE: deleteBucket };
}

function objectOperations({ query, headers }: AddressedExchange): Operations {
  if (query['uploads'] !== undefined) return { POST: initiateUpload };
  if (query['uploadId'] !== undefined)
    return {
      GET: listParts,
      PUT: headers['x-oss-copy-source'] === undefined ? uploadPart : uploadPartCopy,
      POST: completeUpload,
      DELETE: abortUpload,
    };
  if (query['append'] !== undefined) return { POST: appendObject };
  if (query['symlink'] !== undefined) return { GET: getSymlink, HEAD: getSymlink, PUT: putSymlink };
  if (query['acl'] !== undefined) return { GET: getObjectAcl, PUT: putObjectAcl };
  if (query['tagging'] !== undefined)
    return { GET: getObjectTagging, PUT: putObjectTagging, DELETE: deleteObjectTagging };
  if (query['restore'] !== undefined) return { POST: restoreObject };
  if (query['objectMeta'] !== undefined) return { HEAD: getObjectMeta };
  const put = headers['x-oss-copy-source'] === undefined ? putObject : copyObject;
  return { GET: getObject, HEAD: getObject, PUT: put, DELETE: deleteObject };
}
