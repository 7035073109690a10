import type { EmulatorState } from '../state/emulator-state.js';
import { versionHeaders, type ObjectTag } from '../store/stored-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { readXml, recordOf, type XmlElement } from '../wire/xml.js';
import { findRequested } from '../lookup/find-object.js';
import { checkTags } from './tags.js';

/** `GET /key?tagging` */
export function getObjectTagging(exchange: AddressedExchange, state: EmulatorState): void {
  const bucket = state.buckets.get(exchange.bucket);
  const object = findRequested(exchange, bucket);
  const tags = object.tags.map(({ key, value }): XmlElement => [
    'Tag',
    [
      ['Key', key],
      ['Value', value],
    ],
  ]);
  sendXml(exchange, 200, ['Tagging', [['TagSet', tags]]], versionHeaders(bucket, object));
}

/** `PUT /key?tagging`: replaces all tags. */
export async function putObjectTagging(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  state.buckets.get(exchange.bucket);
  const tags = readTags(await readText(exchange));
  send(exchange, 200, await setTags(exchange, state, tags));
}

/** `DELETE /key?tagging` */
export async function deleteObjectTagging(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  send(exchange, 204, await setTags(exchange, state, []));
}

async function setTags(
  exchange: AddressedExchange,
  state: EmulatorState,
  tags: readonly ObjectTag[],
): Promise<Record<string, string>> {
  const bucket = state.buckets.get(exchange.bucket);
  const object = findRequested(exchange, bucket);
  const changed = await bucket.objects.update(object, (current) => ({ ...current, tags }));
  // The object was replaced meanwhile.
  return changed ? versionHeaders(bucket, changed) : setTags(exchange, state, tags);
}

/** @throws OssRefusal MalformedXML, InvalidTag */
function readTags(text: string): readonly ObjectTag[] {
  const set = readXml(text, 'Tagging')['TagSet'];
  if (set === undefined) throw refusal('MalformedXML');
  const list = set === '' ? [] : (recordOf(set)['Tag'] ?? []);
  const tags = (Array.isArray(list) ? list : [list]).map((item: unknown) => {
    const { Key: key, Value: value = '' } = recordOf(item);
    if (typeof key !== 'string' || typeof value !== 'string') throw refusal('MalformedXML');
    return { key, value };
  });
  return checkTags(tags);
}
