import type { Bucket } from '../store/buckets.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { send, sendXml } from '../wire/responses.js';
import type { XmlElement } from '../wire/xml.js';

/** `GET /` on the service: all buckets whose name has the prefix. */
export function listBuckets(exchange: AddressedExchange, state: EmulatorState): void {
  const prefix = exchange.query['prefix'] ?? '';
  const buckets = state.buckets.list().filter(({ name }) => name.startsWith(prefix));
  sendXml(exchange, 200, [
    'ListAllMyBucketsResult',
    [
      ['Prefix', prefix],
      ['IsTruncated', false],
      ownerElement,
      ['Buckets', buckets.map((bucket) => ['Bucket', bucketElements(bucket, state)] satisfies XmlElement)],
    ],
  ]);
}

/** `PUT /` on a bucket: creates it; does nothing if it exists. */
export async function putBucket(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  await state.buckets.create(exchange.bucket);
  send(exchange, 200, { location: `/${exchange.bucket}` });
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
    ['AccessControlList', [['Grant', 'private']]],
  ];
  sendXml(exchange, 200, ['BucketInfo', [['Bucket', info]]]);
}

/** `GET /?location` */
export function getBucketLocation(exchange: AddressedExchange, state: EmulatorState): void {
  state.buckets.get(exchange.bucket);
  sendXml(exchange, 200, ['LocationConstraint', `oss-${state.region}`]);
}

function bucketElements(bucket: Bucket, { region, publicUrl }: EmulatorState): XmlElement[] {
  return [
    ['CreationDate', bucket.createdAt],
    ['ExtranetEndpoint', publicUrl.host],
    ['IntranetEndpoint', publicUrl.host],
    ['Location', `oss-${region}`],
    ['Name', bucket.name],
    ['Region', region],
    ['StorageClass', 'Standard'],
  ];
}
