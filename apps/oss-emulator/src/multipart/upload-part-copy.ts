import { quoteEtag } from '#oss';
import { withEvents } from '../events/with-events.js';
import { findCopySource, receiveCopy, sourceHeaders } from '../lookup/copy-source.js';
import { checkReadable, followLink } from '../lookup/find-object.js';
import type { EmulatorState } from '../state/emulator-state.js';
import { contentHeaders } from '../store/stored-object.js';
import { readRange } from '../wire/byte-range.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { sendXml } from '../wire/responses.js';
import { findUpload, readPartNumber } from './find-upload.js';
import { xmlDate } from '../wire/xml-date.js';

/**
 * `PUT /key?partNumber=&uploadId=` with the header `x-oss-copy-source`: copies the range in
 * `x-oss-copy-source-range`, or the whole object without one.
 */
export async function uploadPartCopy(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const [bucket, upload] = findUpload(exchange, state);
  const partNumber = readPartNumber(exchange.query);
  const source = findCopySource(exchange, state);
  const object = followLink(source.bucket, source.object);
  checkReadable(object);
  const range = readRange(exchange.headers['x-oss-copy-source-range'], object.sizeBytes, false);
  const file = await receiveCopy(source.bucket.objects, object, state, range);
  // The source was replaced after it was looked up.
  if (!file) return uploadPartCopy(exchange, state);
  const { modifiedAt, etag } = await withEvents(exchange, state, { operation: 'UploadPartCopy' }, (note) =>
    bucket.uploads.putPart(upload, partNumber, file, note),
  );
  sendXml(
    exchange,
    200,
    [
      'CopyPartResult',
      [
        ['LastModified', xmlDate(modifiedAt)],
        ['ETag', quoteEtag(etag)],
      ],
    ],
    { ...contentHeaders(file), ...upload.encryption, ...sourceHeaders(source) },
  );
}
