import { etagOfParts, joinCrc64, quoteEtag } from '#oss';
import { chooseParts } from './completion-list.js';
import { findUpload, maxPartNumber, readPartNumber } from './find-upload.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import type { UploadRecord } from '../store/upload-record.js';
import { withEvents } from '../events/with-events.js';
import { checkOverwrite, mayReplace, receiveBody } from '../objects/put-object.js';
import { readAcl, readProperties } from '../properties/object-properties.js';
import { encodingElements, readEncoding, readLimit, takePage } from '../wire/paging.js';
import { readText } from '../wire/read-body.js';
import type { Bucket } from '../store/buckets.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { contentHeaders, uploadHeaders } from '../store/stored-object.js';
import { answerUpload, readRequestedCallback } from '../callbacks/upload-outcome.js';
import type { XmlElement } from '../wire/xml.js';
import { xmlDate } from '../wire/xml-date.js';

/** `POST /key?uploads`; with `sequential`, the completed object gets a Content-MD5. */
export async function initiateUpload(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey, query } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  checkOverwrite(bucket, objectKey, headers);
  const properties = readProperties(headers, bucket);
  const isSequential = query['sequential'] !== undefined;
  const { uploadId, encryption } = await withEvents(
    exchange,
    state,
    { operation: 'InitiateMultipartUpload' },
    (note) => bucket.uploads.start(objectKey, properties, isSequential, note),
  );
  sendXml(
    exchange,
    200,
    ['InitiateMultipartUploadResult', [...identity(exchange), ['UploadId', uploadId]]],
    encryption,
  );
}

/** `PUT /key?partNumber=&uploadId=` */
export async function uploadPart(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const [bucket, upload] = findUpload(exchange, state);
  const partNumber = readPartNumber(exchange.query);
  const file = await receiveBody(exchange, state);
  await withEvents(exchange, state, { operation: 'UploadPart' }, (note) =>
    bucket.uploads.putPart(upload, partNumber, file, note),
  );
  send(exchange, 200, { ...contentHeaders(file), ...upload.encryption });
}

/** `POST /key?uploadId=`: assembles the object from its parts. */
export async function completeUpload(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey } = exchange;
  const [bucket, upload] = findUpload(exchange, state);
  const callback = readRequestedCallback(exchange, bucket);
  checkOverwrite(bucket, objectKey, headers);
  const list = await readText(exchange);
  const occasion = { operation: 'CompleteMultipartUpload', vars: callback?.vars } as const;
  const object = await withEvents(exchange, state, occasion, (note) =>
    bucket.uploads.complete(
      upload,
      () => joinParts(exchange, bucket, upload, list),
      (facts, drop) => bucket.objects.insert(facts, { mayReplace: mayReplace(headers), note }, drop),
    ),
  );
  await answerUpload(
    exchange,
    state,
    { bucket, object, callback, operation: 'CompleteMultipartUpload' },
    () =>
      sendXml(
        exchange,
        200,
        [
          'CompleteMultipartUploadResult',
          [
            ['Location', `http://${exchange.host}${exchange.rawPath}`],
            ...identity(exchange),
            ['ETag', quoteEtag(object.etag)],
          ],
        ],
        uploadHeaders(bucket, object),
      ),
  );
}

/**
 * Assembles the facts of the object from its parts.
 * @throws OssRefusal InvalidCRC64, and what `chooseParts` throws
 */
function joinParts({ headers }: AddressedExchange, { uploads }: Bucket, upload: UploadRecord, list: string) {
  const parts = chooseParts(list, headers, upload, uploads);
  const sizeBytes = parts.reduce((bytes, part) => bytes + part.sizeBytes, 0);
  const crc64 = joinCrc64(parts);
  if ((headers['x-oss-hash-crc64ecma'] ?? crc64) !== crc64) throw refusal('InvalidCRC64');
  const { key, mimeType, headers: kept, storageClass, tags, encryption } = upload;
  const etag = etagOfParts(parts.map((part) => part.etag));
  const sums = { sizeBytes, crc64, etag, type: 'Multipart' } as const;
  const acl = headers['x-oss-object-acl'] === undefined ? upload.acl : readAcl(headers['x-oss-object-acl']);
  return { parts, facts: { key, mimeType, headers: kept, acl, storageClass, tags, encryption, ...sums } };
}

/** `DELETE /key?uploadId=` */
export async function abortUpload(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const [bucket, upload] = findUpload(exchange, state);
  await withEvents(exchange, state, { operation: 'AbortMultipartUpload' }, (note) =>
    bucket.uploads.abort(upload, note),
  );
  send(exchange, 204);
}

/** `GET /key?uploadId=` */
export function listParts(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const [bucket, upload] = findUpload(exchange, state);
  const marker = Math.min(Number(query['part-number-marker'] ?? 0) || 0, maxPartNumber);
  const maxParts = readLimit(query, 'max-parts', 1000);
  const { page: parts, isTruncated } = takePage(bucket.uploads.parts(upload, marker), maxParts);
  const last = parts.at(-1);
  sendXml(exchange, 200, [
    'ListPartsResult',
    [
      ...identity(exchange),
      ['UploadId', upload.uploadId],
      ['PartNumberMarker', marker],
      ...(last ? [['NextPartNumberMarker', last.partNumber] satisfies XmlElement] : []),
      ['MaxParts', maxParts],
      ['IsTruncated', isTruncated],
      ['StorageClass', upload.storageClass],
      ...parts.map(
        (part) =>
          [
            'Part',
            [
              ['PartNumber', part.partNumber],
              ['LastModified', xmlDate(part.modifiedAt)],
              ['ETag', quoteEtag(part.etag)],
              ['HashCrc64ecma', part.crc64],
              ['Size', part.sizeBytes],
            ],
          ] satisfies XmlElement,
      ),
    ],
  ]);
}

function identity({ bucket, objectKey, query }: AddressedExchange): XmlElement[] {
  const encode = readEncoding(query);
  return [...encodingElements(query), ['Bucket', bucket], ['Key', encode(objectKey)]];
}
