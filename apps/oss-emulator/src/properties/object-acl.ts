import type { EmulatorState } from '../state/emulator-state.js';
import { versionHeaders } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { findRequested } from '../lookup/find-object.js';
import { readAcl } from './object-properties.js';

/** `GET /key?acl` */
export function getObjectAcl(exchange: AddressedExchange, state: EmulatorState): void {
  const bucket = state.buckets.get(exchange.bucket);
  const object = findRequested(exchange, bucket);
  sendXml(
    exchange,
    200,
    ['AccessControlPolicy', [ownerElement, ['AccessControlList', [['Grant', object.acl]]]]],
    versionHeaders(bucket, object),
  );
}

/** `PUT /key?acl` */
export async function putObjectAcl(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const bucket = state.buckets.get(exchange.bucket);
  const header = exchange.headers['x-oss-object-acl'];
  if (header === undefined) throw refusal('MissingArgument', { ArgumentName: 'x-oss-object-acl' });
  const acl = readAcl(header);
  const object = findRequested(exchange, bucket);
  const changed = await bucket.objects.update(object, (current) => ({ ...current, acl }));
  // The object was replaced meanwhile.
  if (!changed) return putObjectAcl(exchange, state);
  send(exchange, 200, versionHeaders(bucket, changed));
}
