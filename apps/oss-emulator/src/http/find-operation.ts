import {
  deleteBucket,
  getBucketInfo,
  getBucketLocation,
  listBuckets,
  putBucket,
} from '../buckets/bucket-operations.js';
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

/** Sub-resources of a bucket or object that the emulator does not implement. */
const notImplemented =
  `acl append comp cors encryption img inventory lifecycle live logging policy referer replication
  requestPayment resourceGroup restore stat style symlink tagging transferAcceleration versioning versions website
  worm x-oss-async-process`.split(/\s+/);

/**
 * Returns the operation that a request names. @throws OssRefusal MethodNotAllowed, NotImplemented
 */
export function findOperation(exchange: AddressedExchange): Operation {
  const { bucket, objectKey, query, method } = exchange;
  if (notImplemented.some((name) => query[name] !== undefined)) throw refusal('NotImplemented');
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
  if (query['bucketInfo'] !== undefined) return { GET: getBucketInfo };
  if (query['location'] !== undefined) return { GET: getBucketLocation };
  if (query['uploads'] !== undefined) return { GET: listUploads };
  if (query['delete'] !== undefined) return { POST: deleteObjects };
  return { GET: listObjects, PUT: putBucket, DELETE: deleteBucket };
}

function objectOperations({ query, headers }: AddressedExchange): Operations {
  if (query['uploads'] !== undefined) return { POST: initiateUpload };
  if (query['uploadId'] !== undefined)
    return { GET: listParts, PUT: uploadPart, POST: completeUpload, DELETE: abortUpload };
  if (query['objectMeta'] !== undefined) return { HEAD: getObjectMeta };
  const put = headers['x-oss-copy-source'] === undefined ? putObject : copyObject;
  return { GET: getObject, HEAD: getObject, PUT: put, DELETE: deleteObject };
}
