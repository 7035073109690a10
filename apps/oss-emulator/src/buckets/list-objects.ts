import { invalidArgument, quoteEtag, readContinuationToken, writeContinuationToken } from '#oss';
import type { Listed } from '../store/scan.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { restoreElements } from './restore-element.js';
import { ownerElement } from '../wire/owner.js';
import {
  encodingElements,
  readEncoding,
  readLimit,
  readPrefix,
  takePage,
  type Encode,
} from '../wire/paging.js';
import { sendXml } from '../wire/responses.js';
import type { StoredObject } from '../store/stored-object.js';
import type { XmlElement } from '../wire/xml.js';
import { xmlDate } from '../wire/xml-date.js';

interface Page {
  readonly objects: StoredObject[];
  readonly commonPrefixes: string[];
  /** The last key or common prefix of this page; undefined on the last page. */
  readonly next: string | undefined;
}

/** `GET /` on a bucket: ListObjects, and ListObjectsV2 with `list-type=2`. */
export function listObjects(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const isV2 = query['list-type'] === '2';
  const prefix = readPrefix(query);
  const { delimiter = '' } = query;
  const maxKeys = readLimit(query, 'max-keys', 100);
  const after = isV2 ? startOfV2(query) : (query['marker'] ?? '');
  const page = toPage(bucket.objects.list(after, { prefix, delimiter }), maxKeys);
  const encode = readEncoding(query);
  const withOwner = !isV2 || query['fetch-owner'] === 'true';
  sendXml(exchange, 200, [
    'ListBucketResult',
    [
      ['Name', bucket.name],
      ['Prefix', encode(prefix)],
      ['MaxKeys', maxKeys],
      ['Delimiter', encode(delimiter)],
      ...encodingElements(query),
      ['IsTruncated', page.next !== undefined],
      ...(isV2 ? pagingV2(query, page, encode) : pagingV1(query, page, encode)),
      ...page.objects.map((object) => contentsElement(object, withOwner, encode)),
      ...page.commonPrefixes.map(
        (common) => ['CommonPrefixes', [['Prefix', encode(common)]]] satisfies XmlElement,
      ),
    ],
  ]);
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

function toPage(entries: Iterable<Listed<StoredObject>>, maxKeys: number): Page {
  const { page, isTruncated } = takePage(entries, maxKeys);
  const last = page.at(-1);
  return {
    objects: page.flatMap((entry) => ('record' in entry ? [entry.record] : [])),
    commonPrefixes: page.flatMap((entry) => ('record' in entry ? [] : [entry.commonPrefix])),
    next: isTruncated && last ? ('record' in last ? last.record.key : last.commonPrefix) : undefined,
  };
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
      ['LastModified', xmlDate(object.modifiedAt)],
      ['ETag', quoteEtag(object.etag)],
      ['Type', object.type],
      ['Size', object.sizeBytes],
      ['StorageClass', object.storageClass],
      ...restoreElements(object),
      ...(withOwner ? [ownerElement] : []),
    ],
  ];
}
