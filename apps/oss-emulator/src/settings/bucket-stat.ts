import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { sendXml } from '../wire/responses.js';
import type { XmlElement } from '../wire/xml.js';

/** Storage classes, and the prefixes of their elements in the response. */
const classes = [
  ['Standard', 'Standard'],
  ['IA', 'InfrequentAccess'],
  ['Archive', 'Archive'],
  ['ColdArchive', 'ColdArchive'],
  ['DeepColdArchive', 'DeepColdArchive'],
] as const;

/** `GET /?stat`: counted on each request, whereas OSS returns figures that are up to an hour old. */
export function getBucketStat(exchange: AddressedExchange, { buckets }: EmulatorState): void {
  const { objects, uploads } = buckets.get(exchange.bucket);
  const all = { prefix: '', delimiter: '' };
  const total = { bytes: 0, count: 0 };
  const byClass = new Map<string, { bytes: number; count: number }>(
    classes.map(([storageClass]) => [storageClass, { bytes: 0, count: 0 }]),
  );
  for (const entry of objects.list('', all)) {
    if (!('record' in entry)) continue;
    for (const sum of [total, byClass.get(entry.record.storageClass)]) {
      if (!sum) continue;
      sum.bytes += entry.record.sizeBytes;
      sum.count += 1;
    }
  }
  let [uploadCount, partCount, markerCount] = [0, 0, 0];
  for (const entry of uploads.list('', '', all)) {
    uploadCount += 1;
    if ('record' in entry) for (const _ of uploads.parts(entry.record)) partCount += 1;
  }
  for (const entry of objects.listVersions({ key: '', versionId: undefined }, all))
    if ('record' in entry && entry.record.deleteMarker) markerCount += 1;
  sendXml(exchange, 200, [
    'BucketStat',
    [
      ['Storage', total.bytes],
      ['ObjectCount', total.count],
      ['MultipartUploadCount', uploadCount],
      ['MultipartPartCount', partCount],
      ['DeleteMarkerCount', markerCount],
      ['LiveChannelCount', 0],
      ['LastModifiedTime', Math.floor(Date.now() / 1000)],
      ...classes.flatMap(([storageClass, name]) => classElements(name, byClass.get(storageClass))),
    ],
  ]);
}

/** OSS bills at least 64 KB per object in colder classes (`Real`); the emulator reports the actual size. */
function classElements(name: string, { bytes, count } = { bytes: 0, count: 0 }): XmlElement[] {
  const elements: XmlElement[] = [
    [`${name}Storage`, bytes],
    [`${name}ObjectCount`, count],
  ];
  if (name !== 'Standard') elements.push([`${name}RealStorage`, bytes]);
  return elements;
}
