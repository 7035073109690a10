import { bucketTags } from '../settings/bucket-tags.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { readLimit, takePage } from '../wire/paging.js';
import { sendXml } from '../wire/responses.js';
import type { XmlElement } from '../wire/xml.js';
import { bucketElements } from './bucket-operations.js';

/** `GET /` on the service: a page of buckets ordered by name, filtered by prefix and tag. */
export function listBuckets(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const { prefix = '', marker = '' } = query;
  const maxKeys = readLimit(query, 'max-keys', 100);
  const wanted = state.buckets
    .list()
    .filter(({ name, settings }) => name.startsWith(prefix) && name > marker && hasTag(settings, query));
  const { page, isTruncated } = takePage(wanted, maxKeys);
  const paging: XmlElement[] = isTruncated ? [['NextMarker', page.at(-1)?.name ?? '']] : [];
  sendXml(exchange, 200, [
    'ListAllMyBucketsResult',
    [
      ['Prefix', prefix],
      ['Marker', marker],
      ['MaxKeys', maxKeys],
      ['IsTruncated', isTruncated],
      ...paging,
      ownerElement,
      ['Buckets', page.map((bucket) => ['Bucket', bucketElements(bucket, state)] satisfies XmlElement)],
    ],
  ]);
}

/** Whether a bucket has the tag in the query; true if the query names none. */
function hasTag(settings: Readonly<Record<string, string>>, query: AddressedExchange['query']): boolean {
  const { 'tag-key': wantedKey, 'tag-value': wantedValue } = query;
  if (wantedKey === undefined) return true;
  return bucketTags(settings).some(
    ({ key, value }) => key === wantedKey && (wantedValue === undefined || value === wantedValue),
  );
}
