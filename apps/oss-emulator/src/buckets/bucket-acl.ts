import { invalidArgument } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { BucketRecord } from '../store/bucket-record.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { send, sendXml } from '../wire/responses.js';

type BucketAcl = BucketRecord['acl'];

/** `GET /?acl` on a bucket. */
export function getBucketAcl(exchange: AddressedExchange, state: EmulatorState): void {
  const { acl } = state.buckets.get(exchange.bucket);
  sendXml(exchange, 200, ['AccessControlPolicy', [ownerElement, ['AccessControlList', [['Grant', acl]]]]]);
}

/** `PUT /?acl` on a bucket; without an `x-oss-acl` header nothing changes. */
export async function putBucketAcl(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const acl = readBucketAcl(exchange.headers['x-oss-acl']);
  await state.buckets.update(exchange.bucket, (current) => ({ ...current, ...(acl && { acl }) }));
  // ali-oss reads the bucket name from this header.
  send(exchange, 200, { location: `/${exchange.bucket}` });
}

/** @throws OssRefusal InvalidArgument */
export function readBucketAcl(value: string | undefined): BucketAcl | undefined {
  if (value === undefined || isBucketAcl(value)) return value;
  throw invalidArgument('no such bucket access control exists', undefined, {
    ArgumentName: 'x-oss-acl',
    ArgumentValue: value,
  });
}

const isBucketAcl = (value: string): value is BucketAcl =>
  ['private', 'public-read', 'public-read-write'].includes(value);
