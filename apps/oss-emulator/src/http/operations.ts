import { deleteBucket, getBucketInfo, getBucketLocation, putBucket } from '../buckets/bucket-operations.js';
import { getBucketAcl, putBucketAcl } from '../buckets/bucket-acl.js';
import { headBucket } from '../buckets/head-bucket.js';
import { listBuckets } from '../buckets/list-buckets.js';
import { listLiveChannels } from '../buckets/list-live-channels.js';
import { listObjects } from '../buckets/list-objects.js';
import { listUploads } from '../multipart/list-uploads.js';
import {
  abortUpload,
  completeUpload,
  initiateUpload,
  listParts,
  uploadPart,
} from '../multipart/multipart-operations.js';
import { uploadPartCopy } from '../multipart/upload-part-copy.js';
import { appendObject } from '../objects/append-object.js';
import { copyObject } from '../objects/copy-object.js';
import { deleteObject, deleteObjects } from '../objects/delete-objects.js';
import { getObject, getObjectMeta } from '../objects/get-object.js';
import { putObject } from '../objects/put-object.js';
import { getSymlink, putSymlink } from '../objects/symlink.js';
import { getObjectAcl, putObjectAcl } from '../properties/object-acl.js';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from '../properties/object-tagging.js';
import { restoreObject } from '../properties/restore-object.js';
import { processObject } from '../processing/process-object.js';
import { saveProcessed } from '../processing/save-processed.js';
import { bucketPolicy } from '../settings/bucket-policy.js';
import {
  accessMonitor,
  cors,
  encryption,
  lifecycle,
  logging,
  qos,
  referer,
  requestPayment,
  resourceGroup,
  transferAcceleration,
  website,
} from '../settings/bucket-settings.js';
import { getBucketStat } from '../settings/bucket-stat.js';
import { bucketTagging } from '../settings/bucket-tags.js';
import { callbackPolicy } from '../settings/callback-policies.js';
import type { EmulatorState } from '../state/emulator-state.js';
import { getBucketVersioning, putBucketVersioning } from '../versions/bucket-versioning.js';
import { listVersions } from '../versions/list-versions.js';
import type { AddressedExchange } from '../wire/exchange.js';

export type Operation = (exchange: AddressedExchange, state: EmulatorState) => void | Promise<void>;

/** The type of resource that a request addresses, in OSS's terms. */
export type ResourceType = 'SERVICE' | 'BUCKET' | 'OBJECT';

/** By sub-resource (with `comp`, if present), then by method; `''` is the resource itself. */
type OperationTable = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** All operations except PostObject, whose form carries its own signature. */
export const operations: Readonly<Record<ResourceType, OperationTable>> = {
  SERVICE: {
    '': { GET: listBuckets },
  },
  BUCKET: {
    '': { GET: listObjects, HEAD: headBucket, PUT: putBucket, DELETE: deleteBucket },
    accessmonitor: accessMonitor,
    acl: { GET: getBucketAcl, PUT: putBucketAcl },
    bucketInfo: { GET: getBucketInfo },
    cors,
    delete: { POST: deleteObjects },
    encryption,
    lifecycle,
    live: { GET: listLiveChannels },
    location: { GET: getBucketLocation },
    logging,
    policy: bucketPolicy,
    'policy&comp=callback': callbackPolicy,
    qos,
    referer,
    requestPayment,
    resourceGroup,
    stat: { GET: getBucketStat },
    tagging: bucketTagging,
    transferAcceleration,
    uploads: { GET: listUploads },
    versioning: { GET: getBucketVersioning, PUT: putBucketVersioning },
    versions: { GET: listVersions },
    website,
  },
  OBJECT: {
    '': { GET: getObject, HEAD: getObject, PUT: putOrCopy(putObject, copyObject), DELETE: deleteObject },
    acl: { GET: getObjectAcl, PUT: putObjectAcl },
    append: { POST: appendObject },
    objectMeta: { HEAD: getObjectMeta },
    restore: { POST: restoreObject },
    symlink: { GET: getSymlink, HEAD: getSymlink, PUT: putSymlink },
    tagging: { GET: getObjectTagging, PUT: putObjectTagging, DELETE: deleteObjectTagging },
    uploads: { POST: initiateUpload },
    'x-oss-process': { GET: processObject, HEAD: processObject, POST: saveProcessed },
    uploadId: {
      GET: listParts,
      PUT: putOrCopy(uploadPart, uploadPartCopy),
      POST: completeUpload,
      DELETE: abortUpload,
    },
  },
};

function putOrCopy(put: Operation, copy: Operation): Operation {
  return (exchange, state) =>
    (exchange.headers['x-oss-copy-source'] === undefined ? put : copy)(exchange, state);
}
