import type { EmulatorState } from '../state/emulator-state.js';
import { encodingElements, readEncoding, readLimit, readPrefix, takePage } from '../wire/paging.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { sendXml } from '../wire/responses.js';
import type { XmlElement } from '../wire/xml.js';
import { xmlDate } from '../wire/xml-date.js';

/** `GET /?uploads` */
export function listUploads(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const prefix = readPrefix(query);
  const { delimiter = '', 'key-marker': keyMarker = '' } = query;
  // OSS ignores the upload id marker without a key marker.
  const uploadIdMarker = keyMarker === '' ? '' : (query['upload-id-marker'] ?? '');
  const maxUploads = readLimit(query, 'max-uploads', 1000);
  const encode = readEncoding(query);
  const uploads = bucket.uploads.list(keyMarker, uploadIdMarker, { prefix, delimiter });
  const { page, isTruncated } = takePage(uploads, maxUploads);
  const last = page.at(-1);
  // OSS returns these elements on the last page too, and oss2 cannot parse a response without them.
  const next: XmlElement[] = !last
    ? [
        ['NextKeyMarker', ''],
        ['NextUploadIdMarker', ''],
      ]
    : 'record' in last
      ? [
          ['NextKeyMarker', encode(last.record.key)],
          ['NextUploadIdMarker', last.record.uploadId],
        ]
      : [
          ['NextKeyMarker', encode(last.commonPrefix)],
          ['NextUploadIdMarker', ''],
        ];
  sendXml(exchange, 200, [
    'ListMultipartUploadsResult',
    [
      ...encodingElements(query),
      ['Bucket', bucket.name],
      ['KeyMarker', encode(keyMarker)],
      ['UploadIdMarker', uploadIdMarker],
      ...next,
      ['Delimiter', encode(delimiter)],
      ['Prefix', encode(prefix)],
      ['MaxUploads', maxUploads],
      ['IsTruncated', isTruncated],
      ...page.map((entry): XmlElement =>
        'record' in entry
          ? [
              'Upload',
              [
                ['Key', encode(entry.record.key)],
                ['UploadId', entry.record.uploadId],
                ['StorageClass', entry.record.storageClass],
                ['Initiated', xmlDate(entry.record.initiatedAt)],
              ],
            ]
          : ['CommonPrefixes', [['Prefix', encode(entry.commonPrefix)]]],
      ),
    ],
  ]);
}
