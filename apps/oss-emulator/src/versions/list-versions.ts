import { invalidArgument, quoteEtag } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { Bucket } from '../store/buckets.js';
import type { Listed } from '../store/scan.js';
import { restoreElements } from '../buckets/restore-element.js';
import type { StoredObject } from '../store/stored-object.js';
import { readVersionId } from '../lookup/find-object.js';
import type { AddressedExchange } from '../wire/exchange.js';
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
import type { XmlElement } from '../wire/xml.js';
import { xmlDate } from '../wire/xml-date.js';

/** `GET /?versions`: all versions and delete markers, by key and then newest first. */
export function listVersions(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const prefix = readPrefix(query);
  const { delimiter = '', 'key-marker': keyMarker = '' } = query;
  const versionIdMarker = query['version-id-marker'] ?? '';
  if (versionIdMarker !== '' && keyMarker === '')
    throw invalidArgument('A version-id marker cannot be specified without a key marker.', undefined, {
      ArgumentName: 'version-id-marker',
      ArgumentValue: versionIdMarker,
    });
  const maxKeys = readLimit(query, 'max-keys', 100);
  const encode = readEncoding(query);
  const after = { key: keyMarker, versionId: readVersionId(versionIdMarker || undefined) };
  const versions = bucket.objects.listVersions(after, { prefix, delimiter });
  const { page, isTruncated } = takePage(versions, maxKeys);
  sendXml(exchange, 200, [
    'ListVersionsResult',
    [
      ['Name', bucket.name],
      ['Prefix', encode(prefix)],
      ['KeyMarker', encode(keyMarker)],
      ['VersionIdMarker', versionIdMarker],
      ['MaxKeys', maxKeys],
      ['Delimiter', encode(delimiter)],
      ...encodingElements(query),
      ['IsTruncated', isTruncated],
      ...(isTruncated ? nextMarkers(page.at(-1), encode) : []),
      ...page.map((entry): XmlElement =>
        'record' in entry
          ? versionElement(bucket, entry.record, encode)
          : ['CommonPrefixes', [['Prefix', encode(entry.commonPrefix)]]],
      ),
    ],
  ]);
}

function nextMarkers(last: Listed<StoredObject> | undefined, encode: Encode): XmlElement[] {
  if (!last) return [];
  if (!('record' in last)) return [['NextKeyMarker', encode(last.commonPrefix)]];
  return [
    ['NextKeyMarker', encode(last.record.key)],
    ['NextVersionIdMarker', last.record.versionId],
  ];
}

function versionElement(bucket: Bucket, version: StoredObject, encode: Encode): XmlElement {
  const isLatest = bucket.objects.newest(version.key)?.sequence === version.sequence;
  const facts: XmlElement[] = [
    ['Key', encode(version.key)],
    ['VersionId', version.versionId],
    ['IsLatest', isLatest],
    ['LastModified', xmlDate(version.modifiedAt)],
  ];
  if (version.deleteMarker) return ['DeleteMarker', [...facts, ownerElement]];
  return [
    'Version',
    [
      ...facts,
      ['ETag', quoteEtag(version.etag)],
      ['Type', version.type],
      ['Size', version.sizeBytes],
      ['StorageClass', version.storageClass],
      ...restoreElements(version),
      ownerElement,
    ],
  ];
}
