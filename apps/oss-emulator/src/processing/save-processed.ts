import { createReadStream } from 'node:fs';
import { invalidArgument } from '#oss';
import { ActionParameters } from '../images/action-parameters.js';
import { invalidValue, notImplemented } from '../images/image-refusals.js';
import { readProcess } from '../images/read-process.js';
import type { EmulatorState } from '../state/emulator-state.js';
import { checkObjectKey } from '../store/object-key.js';
import { receiveFile } from '../store/received-file.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { readText } from '../wire/read-body.js';
import { badRequest, refusal } from '../wire/refusals.js';
import { send } from '../wire/responses.js';
import { makeImageFile, mimeTypes, withImage } from './image-source.js';
import { storeFile } from '../objects/put-object.js';
import { readProperties } from '../properties/object-properties.js';

const maxBodyBytes = 64 * 1024;

/** Where a processed image is stored. */
interface SavePlace {
  readonly bucket: string;
  readonly key: string;
}

/**
 * `POST /key?x-oss-process` with the body `x-oss-process=image/…|sys/saveas,o_<key>,b_<bucket>` (key and bucket in
 * URL-safe Base64): stores the processed image as an object.
 */
export async function saveProcessed(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  // A value in the query is not for images; SelectObject sends csv/select, for example.
  const { 'x-oss-process': other } = exchange.query;
  if (other) throw notImplemented(other.slice(0, 100));
  const [, text] = /^x-oss-process=(.*)$/s.exec(await readText(exchange, maxBodyBytes)) ?? [];
  if (text === undefined) throw invalidArgument('The body has no x-oss-process.');
  const [processing = '', saving = '', ...more] = text.split('|');
  if (!saving.startsWith('sys/saveas,') || more.length > 0)
    throw notImplemented(text.split(',', 1)[0] ?? text);
  const process = readProcess(processing);
  if (process.kind !== 'image') throw invalidValue('info', 'action');
  const place = readPlace(saving, exchange.bucket);
  const target = state.buckets.get(place.bucket);
  await using image = await withImage(state.buckets.get(exchange.bucket), exchange.objectKey, (source) =>
    makeImageFile(state, source, process.request),
  );
  const file = await receiveFile(createReadStream(image.path), state.buckets.incoming);
  const mimeType = mimeTypes[image.format];
  const facts = { ...readProperties({}, target), key: place.key, mimeType };
  await storeFile(target, file, facts, { mayReplace: true });
  const answer = { bucket: place.bucket, fileSize: file.sizeBytes, object: place.key, status: 'OK' };
  send(exchange, 200, { 'content-type': 'application/json' }, JSON.stringify(answer));
}

/** @throws OssRefusal InvalidArgument, InvalidObjectName */
function readPlace(saving: string, ownBucket: string): SavePlace {
  const given = new ActionParameters(saving.split(',').slice(1), ['o', 'b']);
  const [key, bucket = ownBucket] = ['o', 'b'].map((name) => readBase64Url(given.text(name)));
  if (key === undefined) throw refusal('MissingArgument');
  checkObjectKey(key);
  return { key, bucket };
}

/** @throws OssRefusal BadRequest */
function readBase64Url(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^[\w-]+={0,2}$/.test(text)) throw badRequest('Input is not base64 decoding.');
  return Buffer.from(text, 'base64url').toString('utf8');
}
