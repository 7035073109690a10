import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ImageRequest } from '../images/child/image-task.js';
import { writeInfo } from '../images/image-info.js';
import { readProcess } from '../images/read-process.js';
import type { EmulatorState } from '../state/emulator-state.js';
import { meetsConditions } from '../wire/conditions.js';
import { commonHeaders, type AddressedExchange } from '../wire/exchange.js';
import { send, toLatin1 } from '../wire/responses.js';
import { headersOfSource, makeImageFile, mimeTypes, withImage, type ImageSource } from './image-source.js';
import { responseOverrides } from '../objects/response-overrides.js';

/**
 * `GET /key?x-oss-process=image/…`, and `HEAD` (assumed to be GET without the body). As in OSS, ETag and
 * Last-Modified are those of the source object.
 */
export async function processObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const process = readProcess(exchange.query['x-oss-process'] ?? '');
  await withImage(state.buckets.get(exchange.bucket), exchange.objectKey, async (source) => {
    if (!meetsConditions(exchange.headers, source.object)) {
      send(exchange, 304, headersOfSource(source.object));
      return true;
    }
    return process.kind === 'info'
      ? sendInfo(exchange, state, source)
      : sendImage(exchange, state, source, process.request);
  });
}

/** @returns true; undefined if the object is gone */
async function sendInfo(
  exchange: AddressedExchange,
  { images }: EmulatorState,
  { object, header, file }: ImageSource,
): Promise<true | undefined> {
  const facts = file ? await images.readFacts(file) : { frameCount: 1, tags: {} };
  if (!facts) return undefined;
  const headers = { ...headersOfSource(object), 'content-type': 'application/json' };
  send(exchange, 200, headers, writeInfo(header, object.sizeBytes, facts));
  return true;
}

/** @returns true; undefined if the object is gone */
async function sendImage(
  exchange: AddressedExchange,
  state: EmulatorState,
  source: ImageSource,
  request: ImageRequest,
): Promise<true | undefined> {
  await using image = await makeImageFile(state, source, request);
  if (!image) return undefined;
  const { method, query, outgoing } = exchange;
  const headers = {
    ...headersOfSource(source.object),
    'content-type': mimeTypes[image.format],
    ...responseOverrides(query),
  };
  outgoing.writeHead(200, {
    ...commonHeaders(exchange),
    ...toLatin1(headers),
    'content-length': image.sizeBytes,
  });
  if (method === 'HEAD') outgoing.end();
  else await pipeline(createReadStream(image.path), outgoing);
  return true;
}
