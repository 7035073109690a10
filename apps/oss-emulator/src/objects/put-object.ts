import { OssRefusal } from '#oss';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { maxBodyBytes, receiveFile, type ReceivedFile } from '../store/received-file.js';
import { refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';
import type { Bucket } from '../store/buckets.js';
import type { WriteWish } from '../store/object-change.js';
import { uploadHeaders, type ObjectProperties, type StoredObject } from '../store/stored-object.js';
import { readProperties } from '../properties/object-properties.js';
import { withEvents } from '../events/with-events.js';
import { answerUpload, readRequestedCallback } from '../callbacks/upload-outcome.js';

/** `PUT /key` */
export async function putObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, objectKey } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const callback = readRequestedCallback(exchange, bucket);
  checkHeaders(headers);
  checkOverwrite(bucket, objectKey, headers);
  const file = await receiveBody(exchange, state);
  const facts = { key: objectKey, ...readProperties(headers, bucket) };
  const occasion = { operation: 'PutObject', vars: callback?.vars } as const;
  const object = await withEvents(exchange, state, occasion, (note) =>
    storeFile(bucket, file, facts, { mayReplace: mayReplace(headers), note }),
  );
  await answerUpload(exchange, state, { bucket, object, callback, operation: 'PutObject' }, () =>
    send(exchange, 200, uploadHeaders(bucket, object)),
  );
}

/** @throws OssRefusal NotImplemented if a header applies to reads only */
function checkHeaders(headers: AddressedExchange['headers']): void {
  if (headers['if-modified-since'] === undefined) return;
  const message = 'A header you provided implies functionality that is not implemented.';
  throw new OssRefusal(400, 'NotImplemented', message, { facts: { Header: 'If-Modified-Since' } });
}

/**
 * Receives the body of a request into a file.
 * @throws OssRefusal
 */
export function receiveBody(
  { headers, incoming }: AddressedExchange,
  state: EmulatorState,
): Promise<ReceivedFile> {
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined)
    throw refusal('MissingContentLength');
  if (Number(length ?? 0) > maxBodyBytes) throw refusal('EntityTooLarge');
  return receiveFile(incoming, state.buckets.incoming, {
    contentMd5: headers['content-md5'],
    crc64: headers['x-oss-hash-crc64ecma'],
  });
}

/**
 * Turns a received file into an object.
 * @throws OssRefusal FileAlreadyExists
 */
export function storeFile(
  bucket: Bucket,
  { path, sizeBytes, etag, crc64, contentMd5 }: ReceivedFile,
  facts: ObjectProperties & { readonly key: string },
  wish: WriteWish,
): Promise<StoredObject> {
  const object = { ...facts, sizeBytes, etag, crc64, contentMd5, type: 'Normal' } as const;
  return bucket.objects.put(path, object, wish);
}

/**
 * Refuses a forbidden overwrite before the body is received; `put` would refuse it later.
 * @throws OssRefusal FileAlreadyExists
 */
export function checkOverwrite(
  bucket: Bucket,
  key: string,
  headers: Readonly<Record<string, string | undefined>>,
): void {
  if (!mayReplace(headers) && bucket.versioning === undefined && bucket.objects.get(key))
    throw refusal('FileAlreadyExists', { Key: key });
}

/** Whether an upload may overwrite an object. */
export function mayReplace(headers: Readonly<Record<string, string | undefined>>): boolean {
  return headers['x-oss-forbid-overwrite'] !== 'true';
}
