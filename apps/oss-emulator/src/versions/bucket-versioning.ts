import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { readXml } from '../wire/xml.js';

/** `GET /?versioning`: an empty configuration until versioning is first enabled. */
export function getBucketVersioning(exchange: AddressedExchange, state: EmulatorState): void {
  const { versioning } = state.buckets.get(exchange.bucket);
  sendXml(exchange, 200, ['VersioningConfiguration', versioning ? [['Status', versioning]] : []]);
}

/** `PUT /?versioning`: enables or suspends versioning. */
export async function putBucketVersioning(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  state.buckets.get(exchange.bucket);
  const status = readXml(await readText(exchange), 'VersioningConfiguration')['Status'];
  if (status !== 'Enabled' && status !== 'Suspended') throw refusal('MalformedXML');
  await state.buckets.update(exchange.bucket, (current) => ({ ...current, versioning: status }));
  send(exchange, 200);
}
