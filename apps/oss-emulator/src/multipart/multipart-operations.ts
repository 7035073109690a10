import { etagOfParts, invalidArgument, quoteEtag } from '#oss';
import type { Bucket } from '../store/buckets.js';
import { chooseParts } from './completion-list.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import type { MultipartUpload, StoredPart } from '../store/multipart-uploads.js';
import { checkOverwrite, mayReplace, receiveBody } from '../objects/put-object.js';
import { readText } from '../wire/read-body.js';
import { placeFile, receiveFile } from '../store/received-file.js';
import { refusal } from '../wire/refusals.js';
import { send, sendXml } from '../wire/responses.js';
import { contentHeaders, headersToKeep, type StoredObject } from '../store/stored-object.js';
import { answerUpload, readRequestedCallback } from '../callbacks/upload-outcome.js';
import type { XmlElement } from '../wire/xml.js';

const maxPartNumber = 10_000;

/** `POST /key?uploads` */
export async function initiateUpload(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  checkOverwrite(bucket, objectKey, headers);
  const { uploadId } = await bucket.uploads.start({
    key: objectKey,
    mimeType: headers['content-type'] ?? 'application/octet-stream',
    headers: headersToKeep(headers),
  });
  sendXml(exchange, 200, ['InitiateMultipartUploadResult', [...identity(exchange), ['UploadId', uploadId]]]);
}

/** `PUT /key?partNumber=&uploadId=` */
export async function uploadPart(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  if (exchange.headers['x-oss-copy-source'] !== undefined) throw refusal('NotImplemented');
  const [bucket, upload] = findUpload(exchange, state);
  const text = exchange.query['partNumber'] ?? '';
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber < 1 || partNumber > maxPartNumber)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive.', undefined, {
      ArgumentName: 'partNumber',
      ArgumentValue: text,
    });
  const file = await receiveBody(exchange, state);
  await placeFile(file, () => bucket.uploads.putPart(upload, partNumber, file));
  send(exchange, 200, contentHeaders(file));
}

/** `POST /key?uploadId=`: assembles the object from its parts. */
export async function completeUpload(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey } = exchange;
  const [bucket, upload] = findUpload(exchange, state);
  const callback = readRequestedCallback(exchange);
  checkOverwrite(bucket, objectKey, headers);
  const list = await readText(exchange);
  const object = await bucket.uploads.end(upload, () => {
    const parts = chooseParts(list, headers, upload);
    return joinParts(exchange, state, upload, parts);
  });
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
        contentHeaders(object),
      ),
  );
}

async function joinParts(
  { headers, bucket: name }: AddressedExchange,
  state: EmulatorState,
  upload: MultipartUpload,
  parts: readonly StoredPart[],
): Promise<StoredObject> {
  const bucket = state.buckets.get(name);
  const { path, sizeBytes, crc64 } = await receiveFile(
    bucket.uploads.read(upload, parts),
    state.buckets.incomingFolder,
    { crc64: headers['x-oss-hash-crc64ecma'] },
    Number.POSITIVE_INFINITY,
  );
  const facts = {
    key: upload.key,
    sizeBytes,
    etag: etagOfParts(parts.map(({ etag }) => etag)),
    crc64,
    contentMd5: null,
    type: 'Multipart',
    mimeType: upload.mimeType,
    headers: upload.headers,
  } as const;
  return bucket.objects.put(path, facts, mayReplace(headers));
}

/** `DELETE /key?uploadId=` */
export async function abortUpload(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const [bucket, upload] = findUpload(exchange, state);
  await bucket.uploads.end(upload, () => undefined);
  send(exchange, 204);
}

/** `GET /key?uploadId=` */
export function listParts(exchange: AddressedExchange, state: EmulatorState): void {
  const { query } = exchange;
  const [, upload] = findUpload(exchange, state);
  const marker = Number(query['part-number-marker'] ?? 0) || 0;
  const maxParts = Math.min(Number(query['max-parts'] ?? 1000) || 1000, 1000);
  const rest = [...upload.parts.values()]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((left, right) => left.partNumber - right.partNumber);
  const parts = rest.slice(0, maxParts);
  sendXml(exchange, 200, [
    'ListPartsResult',
    [
      ...identity(exchange),
      ['UploadId', upload.uploadId],
      ['PartNumberMarker', marker],
      ['NextPartNumberMarker', parts.at(-1)?.partNumber ?? marker],
      ['MaxParts', maxParts],
      ['IsTruncated', rest.length > parts.length],
      ...parts.map(
        (part) =>
          [
            'Part',
            [
              ['PartNumber', part.partNumber],
              ['LastModified', part.modifiedAt],
              ['ETag', quoteEtag(part.etag)],
              ['HashCrc64ecma', part.crc64],
              ['Size', part.sizeBytes],
            ],
          ] satisfies XmlElement,
      ),
    ],
  ]);
}

/** `GET /?uploads`: all of them; the emulator keeps few. */
export function listUploads(exchange: AddressedExchange, state: EmulatorState): void {
  const { prefix = '' } = exchange.query;
  const bucket = state.buckets.get(exchange.bucket);
  const uploads = bucket.uploads.list().filter(({ key }) => key.startsWith(prefix));
  sendXml(exchange, 200, [
    'ListMultipartUploadsResult',
    [
      ['Bucket', bucket.name],
      ['Prefix', prefix],
      ['IsTruncated', false],
      ...uploads.map(
        ({ key, uploadId, initiatedAt }) =>
          [
            'Upload',
            [
              ['Key', key],
              ['UploadId', uploadId],
              ['Initiated', initiatedAt],
            ],
          ] satisfies XmlElement,
      ),
    ],
  ]);
}

function identity({ bucket, objectKey }: AddressedExchange): XmlElement[] {
  return [
    ['Bucket', bucket],
    ['Key', objectKey],
  ];
}

/** @throws OssRefusal NoSuchUpload */
function findUpload(exchange: AddressedExchange, state: EmulatorState): [Bucket, MultipartUpload] {
  const bucket = state.buckets.get(exchange.bucket);
  const uploadId = exchange.query['uploadId'] ?? '';
  const upload = bucket.uploads.get(uploadId, exchange.objectKey);
  if (!upload) throw refusal('NoSuchUpload', { UploadId: uploadId });
  return [bucket, upload];
}
