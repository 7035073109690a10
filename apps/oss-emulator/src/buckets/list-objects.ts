import {
  invalidArgument,
  percentEncode,
  quoteEtag,
  readContinuationToken,
  writeContinuationToken,
} from '#oss';
import type { Bucket } from '../store/buckets.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { ownerElement } from '../wire/owner.js';
import { sendXml } from '../wire/responses.js';
import type { StoredObject } from '../store/stored-object.js';
import type { XmlElement } from '../wire/xml.js';

interface PageWish {
  readonly prefix: string;
  readonly delimiter: string;
  /** The key or common prefix after which the page starts; empty for the first page. */
  readonly after: string;
  readonly maxKeys: number;
}

interface Page {
  readonly objects: StoredObject[];
  readonly commonPrefixes: string[];
  /** The last key or common prefix, if there are more. */
  readonly next: string | undefined;
}

/** `GET /` on a bucket: ListObjects, and ListObjectsV2 with `list-type=2`. */
export function listObjects(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const isV2 = query['list-type'] === '2';
  const { prefix = '', delimiter = '' } = query;
  const maxKeys = readMaxKeys(query['max-keys']);
  const after = isV2 ? startOfV2(query) : (query['marker'] ?? '');
  const page = readPage(bucket, { prefix, delimiter, after, maxKeys });
  const encode = readEncoding(query);
  const withOwner = !isV2 || query['fetch-owner'] === 'true';
  sendXml(exchange, 200, [
    'ListBucketResult',
    [
      ['Name', bucket.name],
      ['Prefix', encode(prefix)],
      ['MaxKeys', maxKeys],
      ['Delimiter', encode(delimiter)],
      ...(query['encoding-type'] ? [['EncodingType', 'url'] satisfies XmlElement] : []),
      ['IsTruncated', page.next !== undefined],
      ...(isV2 ? pagingV2(query, page, encode) : pagingV1(query, page, encode)),
      ...page.objects.map((object) => contentsElement(object, withOwner, encode)),
      ...page.commonPrefixes.map(
        (common) => ['CommonPrefixes', [['Prefix', encode(common)]]] satisfies XmlElement,
      ),
    ],
  ]);
}

type Encode = (text: string) => string;

function readEncoding({ 'encoding-type': type }: Readonly<Record<string, string>>): Encode {
  if (type === undefined || type === '') return (text) => text;
  if (type === 'url') return percentEncode;
  throw invalidArgument('Invalid Encoding Method specified in Request.', undefined, {
    ArgumentName: 'encoding-type',
    ArgumentValue: type,
  });
}

function readMaxKeys(text = '100'): number {
  const maxKeys = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (maxKeys >= 1 && maxKeys <= 1000) return maxKeys;
  throw invalidArgument('Argument max-keys must be an integer between 1 and 1000.', undefined, {
    ArgumentName: 'max-keys',
    ArgumentValue: text,
  });
}

function startOfV2(query: Readonly<Record<string, string>>): string {
  const token = query['continuation-token'];
  if (!token) return query['start-after'] ?? '';
  const lastKey = readContinuationToken(token);
  if (lastKey !== undefined) return lastKey;
  throw invalidArgument('The continuation token provided is incorrect.', undefined, {
    ArgumentName: 'continuation-token',
    ArgumentValue: token,
  });
}

function readPage(bucket: Bucket, { prefix, delimiter, after, maxKeys }: PageWish): Page {
  const page: Page & { next: string | undefined } = { objects: [], commonPrefixes: [], next: undefined };
  const keys = bucket.objects.sortedKeys();
  let last = after;
  for (let at = firstAfter(keys, after, prefix); at < keys.length; at++) {
    const key = keys[at]?.key ?? '';
    if (!key.startsWith(prefix)) {
      if (Buffer.compare(Buffer.from(key), Buffer.from(prefix)) > 0) break;
      continue;
    }
    const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // A marker that is a common prefix skips the whole group.
    if (key === after || (common !== undefined && common === last)) continue;
    if (page.objects.length + page.commonPrefixes.length === maxKeys) return { ...page, next: last };
    if (common === undefined) {
      const object = bucket.objects.get(key);
      if (object) page.objects.push(object);
    } else page.commonPrefixes.push(common);
    last = common ?? key;
  }
  return page;
}

/** Index of the first key that does not precede any of `starts` in byte order. */
function firstAfter(keys: readonly { bytes: Buffer }[], ...starts: string[]): number {
  const bytes =
    starts
      .map((start) => Buffer.from(start))
      .sort(Buffer.compare)
      .at(-1) ?? Buffer.alloc(0);
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(keys[middle]?.bytes ?? bytes, bytes) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pagingV1(query: Readonly<Record<string, string>>, { next }: Page, encode: Encode): XmlElement[] {
  const paging: XmlElement[] = [['Marker', encode(query['marker'] ?? '')]];
  if (next !== undefined) paging.push(['NextMarker', encode(next)]);
  return paging;
}

function pagingV2(query: Readonly<Record<string, string>>, page: Page, encode: Encode): XmlElement[] {
  const paging: XmlElement[] = [['KeyCount', page.objects.length + page.commonPrefixes.length]];
  if (query['start-after']) paging.push(['StartAfter', encode(query['start-after'])]);
  if (query['continuation-token']) paging.push(['ContinuationToken', query['continuation-token']]);
  if (page.next !== undefined) paging.push(['NextContinuationToken', writeContinuationToken(page.next)]);
  return paging;
}

function contentsElement(object: StoredObject, withOwner: boolean, encode: Encode): XmlElement {
  return [
    'Contents',
    [
      ['Key', encode(object.key)],
      ['LastModified', object.modifiedAt.replace(/\.\d+Z$/, '.000Z')],
      ['ETag', quoteEtag(object.etag)],
      ['Type', object.type],
      ['Size', object.sizeBytes],
      ['StorageClass', 'Standard'],
      ...(withOwner ? [ownerElement] : []),
    ],
  ];
}
