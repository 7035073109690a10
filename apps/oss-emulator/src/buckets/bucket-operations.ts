import type { Bucket } from '../store/buckets.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { send, sendXml } from '../wire/responses.js';
import { readText } from '../wire/read-body.js';
import { readStorageClass } from '../properties/object-properties.js';
import { accessMonitorStatus, encryptionElements } from '../settings/bucket-settings.js';
import { readXml, type XmlElement } from '../wire/xml.js';
import { readBucketAcl } from './bucket-acl.js';

/** `PUT /` on a bucket: creates it; of one that exists, sets the ACL if one is given. */
export async function putBucket(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const acl = readBucketAcl(exchange.headers['x-oss-acl']);
  const storageClass = readCreation(await readText(exchange));
  await state.buckets.create(exchange.bucket, { ...(acl && { acl }), ...(storageClass && { storageClass }) });
  send(exchange, 200, { location: `/${exchange.bucket}` });
}

/** The storage class of a new bucket. @throws OssRefusal MalformedXML, InvalidArgument */
function readCreation(text: string): string | undefined {
  if (text === '') return undefined;
  const storageClass = readXml(text, 'CreateBucketConfiguration')['StorageClass'];
  return typeof storageClass === 'string' ? readStorageClass(storageClass) : undefined;
}

/** `DELETE /` on an empty bucket. */
export async function deleteBucket(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  await state.buckets.delete(exchange.bucket);
  send(exchange, 204);
}

/** `GET /?bucketInfo` */
export function getBucketInfo(exchange: AddressedExchange, state: EmulatorState): void {
  const bucket = state.buckets.get(exchange.bucket);
  const info: XmlElement[] = [
    ...bucketElements(bucket, state),
    ownerElement,
    ['AccessControlList', [['Grant', bucket.acl]]],
    ...(bucket.versioning ? [['Versioning', bucket.versioning] satisfies XmlElement] : []),
    ['DataRedundancyType', 'LRS'],
    ['AccessMonitor', accessMonitorStatus(bucket.settings)],
    ['TransferAcceleration', 'Disabled'],
    ['CrossRegionReplication', 'Disabled'],
    ['Comment', ''],
    ['ServerSideEncryptionRule', encryptionElements(bucket.settings)],
  ];
  sendXml(exchange, 200, ['BucketInfo', [['Bucket', info]]]);
}

/** `GET /?location` */
export function getBucketLocation(exchange: AddressedExchange, state: EmulatorState): void {
  state.buckets.get(exchange.bucket);
  sendXml(exchange, 200, ['LocationConstraint', `oss-${state.region}`]);
}

/** What ListBuckets and GetBucketInfo tell of a bucket. */
export function bucketElements(bucket: Bucket, { region, publicUrl }: EmulatorState): XmlElement[] {
  return [
    ['CreationDate', bucket.createdAt.replace(/\.\d+Z$/, '.000Z')],
    ['ExtranetEndpoint', publicUrl.host],
    ['IntranetEndpoint', publicUrl.host],
    ['Location', `oss-${region}`],
    ['Name', bucket.name],
    ['Region', region],
    ['StorageClass', bucket.storageClass],
  ];
}
