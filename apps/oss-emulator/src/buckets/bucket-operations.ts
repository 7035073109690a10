import { OssRefusal } from '#oss';
import type { BucketRecord } from '../store/bucket-record.js';
import { invalidValue, textOf } from '../wire/xml-values.js';
import type { Bucket } from '../store/buckets.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { send, sendXml } from '../wire/responses.js';
import { readText } from '../wire/read-body.js';
import { readStorageClass } from '../properties/object-properties.js';
import { accessMonitorStatus, encryptionElements, encryptionOfHeaders } from '../settings/bucket-settings.js';
import { changeSetting } from '../settings/stored-setting.js';
import { readXml, type XmlElement } from '../wire/xml.js';
import { readBucketAcl } from './bucket-acl.js';
import { xmlDate } from '../wire/xml-date.js';

/** `PUT /` on a bucket: creates it, or updates the ACL of an existing bucket if one is given. */
export async function putBucket(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const acl = readBucketAcl(exchange.headers['x-oss-acl']);
  const encryption = encryptionOfHeaders(exchange.headers);
  const wishes = readCreation(await readText(exchange), state);
  await state.buckets.create(exchange.bucket, { ...(acl && { acl }), ...wishes });
  if (encryption !== undefined) await changeSetting(exchange, state, 'encryption', () => encryption);
  send(exchange, 200, { location: `/${exchange.bucket}` });
}

/**
 * Reads the creation options from the request body.
 * @throws OssRefusal MalformedXML, InvalidArgument, InvalidLocationConstraint
 */
function readCreation(
  text: string,
  { region }: EmulatorState,
): Partial<Pick<BucketRecord, 'storageClass' | 'redundancy'>> {
  // Some clients start the body with an empty line, which is not valid XML.
  if (text.trim() === '') return {};
  const root = readXml(text.trim(), 'CreateBucketConfiguration');
  const location = textOf(root, 'LocationConstraint');
  if (location && location !== `oss-${region}`)
    throw new OssRefusal(
      400,
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid.',
      { facts: { LocationConstraint: location } },
    );
  const storageClass = textOf(root, 'StorageClass');
  const redundancy = textOf(root, 'DataRedundancyType') ?? '';
  if (redundancy !== '' && redundancy !== 'LRS' && redundancy !== 'ZRS')
    throw invalidValue('DataRedundancyType', redundancy, 'The data redundancy type is not valid.');
  return {
    ...(storageClass && { storageClass: readStorageClass(storageClass) }),
    ...(redundancy !== '' && { redundancy }),
  };
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
    ['DataRedundancyType', bucket.redundancy],
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

/** The elements that ListBuckets and GetBucketInfo both return for a bucket. */
export function bucketElements(bucket: Bucket, { region, publicUrl }: EmulatorState): XmlElement[] {
  return [
    ['CreationDate', xmlDate(bucket.createdAt)],
    ['ExtranetEndpoint', publicUrl.host],
    // OSS has two endpoints; in the emulator both are the same.
    ['IntranetEndpoint', publicUrl.host],
    ['Location', `oss-${region}`],
    ['Name', bucket.name],
    ['Region', region],
    ['StorageClass', bucket.storageClass],
  ];
}
