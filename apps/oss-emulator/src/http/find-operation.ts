import { OssRefusal } from '#oss';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { operations, type Operation, type ResourceType } from './operations.js';

/**
 * Query names that select an OSS operation: those from the SDKs' lists that do more than qualify another one. Any
 * other query name is ignored, as OSS does.
 */
const subResources =
  `accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicy
  accessPointPolicyForObjectProcess accessmonitor acl append asyncFetch bucketArchiveDirectRead bucketInfo
  cleanRestoredObject cloudboxes cname cors dataPipeline delete encryption httpsConfig img inventory lifecycle link live
  location logging metaQuery metadataConfiguration metadataInventoryTable metadataJournalTable objectInfo objectMeta
  objectWorm overwriteConfig policy policyStatus processConfiguration
  publicAccessBlock qos qosInfo quota redundancyTransition referer regions replication replicationLocation
  replicationProgress requestPayment requesterQosInfo resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo
  responseHeader restore rtc seal stat status style symlink tagging transferAcceleration udf udfApplication
  udfApplicationLog udfImage uploadId uploads userDefinedLogFieldsConfig versioning versions vod website worm wormExtend
  wormId x-oss-async-process x-oss-process x-oss-write-get-object-response`.split(/\s+/);

/**
 * Returns the operation that a request selects.
 * @throws OssRefusal MethodNotAllowed, NotImplemented
 */
export function findOperation({ bucket, objectKey, query, method }: AddressedExchange): Operation {
  const type: ResourceType = objectKey ? 'OBJECT' : bucket ? 'BUCKET' : 'SERVICE';
  const name = findSubResource(query);
  const methods = operations[type][name];
  if (!methods)
    throw new OssRefusal(501, 'NotImplemented', `The emulator does not implement ?${name} of ${type}.`, {
      facts: { SubResource: name, ResourceType: type },
    });
  const operation = methods[method];
  if (!operation) throw refusal('MethodNotAllowed', { Method: method, ResourceType: type });
  return operation;
}

/** The sub-resource that a query addresses, with its `comp`; empty if there is none. */
export function findSubResource(query: AddressedExchange['query']): string {
  const name = subResources.find((known) => query[known] !== undefined);
  if (name === undefined) return '';
  return query['comp'] === undefined ? name : `${name}&comp=${query['comp'].slice(0, 100)}`;
}
