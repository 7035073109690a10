import { percentEncode } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { readXml, recordOf, type XmlElement } from '../wire/xml.js';

const maxKeys = 1000;

/** `DELETE /key`: answers 204 even if there is no such object. */
export async function deleteObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  await state.buckets.get(exchange.bucket).objects.delete(exchange.objectKey);
  send(exchange, 204);
}

/** `POST /?delete` with a list of keys. */
export async function deleteObjects(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { objects } = state.buckets.get(exchange.bucket);
  const root = readXml(await readText(exchange), 'Delete');
  const keys = readKeys(root['Object']);
  for (const key of keys) await objects.delete(key);
  const encoded = exchange.query['encoding-type'] === 'url';
  const deleted: XmlElement[] =
    root['Quiet'] === 'true'
      ? []
      : keys.map((key) => ['Deleted', [['Key', encoded ? percentEncode(key) : key]]]);
  const encoding: XmlElement[] = encoded ? [['EncodingType', 'url']] : [];
  sendXml(exchange, 200, ['DeleteResult', [...encoding, ...deleted]]);
}

function readKeys(list: unknown): string[] {
  if (!Array.isArray(list) || list.length > maxKeys) throw refusal('MalformedXML');
  return list.map((item: unknown) => {
    const key = recordOf(item)['Key'];
    if (typeof key !== 'string' || key === '') throw refusal('MalformedXML');
    return key;
  });
}
