import { LandfallError, pause, toLandfallError } from '#runtime';
import { childSpan } from '#tracing';
import type { ObjectAddress } from './object-address.js';
import type { ByteRange, ObjectStore } from './object-store.js';
import { translateStorageFailure } from './storage-errors.js';
import { storeBytes } from './store-metrics.js';
import { storeSpan } from './store-span.js';

/**
 * Consecutive attempts without a single byte. Together they take less than ffmpeg's 60 s without
 * progress.
 */
const tries = 3;
const silenceMs = 15_000;

/**
 * Size of the requested pieces: small at first, because a seeking reader uses little of a request;
 * a sequential reader gets larger ones.
 */
const firstPartBytes = 1_048_576;
const largestPartBytes = 16_777_216;

/** One version of an object. */
export interface ObjectVersion extends ObjectAddress {
  /** Without quotes. */
  readonly etag: string;
}

/**
 * Yields a part of an object, requested piece by piece. A connection that breaks or sends nothing
 * for 15 s is reopened at the same position.
 *
 * @throws LandfallError object.missing, object.changed, object.encoded, storage.denied,
 * storage.refused, storage.unavailable after three attempts without a byte; the signal's reason
 * after an abort
 */
export async function* readObjectRange(
  store: ObjectStore,
  object: ObjectVersion,
  { first, last }: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let next = first;
  let failures = 0;
  let partBytes = firstPartBytes;
  while (next <= last) {
    const part = { first: next, last: Math.min(last, next + partBytes - 1) };
    try {
      for await (const chunk of readPart(store, object, part, signal)) {
        next += chunk.length;
        failures = 0;
        yield chunk;
      }
      partBytes = Math.min(largestPartBytes, 2 * partBytes);
    } catch (error) {
      signal.throwIfAborted();
      const failure = translateStorageFailure(error, object);
      failures += 1;
      if (!failure.retryable || failures === tries) throw failure;
      await pause(failures * 200, signal);
    }
  }
}

async function* readPart(
  store: ObjectStore,
  object: ObjectVersion,
  part: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const ended = new AbortController();
  const giveUp = () => ended.abort(new LandfallError('storage.unavailable', `no data for ${silenceMs} ms`));
  let timer = setTimeout(giveUp, silenceMs);
  const span = childSpan(storeSpan('GET'));
  const sizeBytes = part.last - part.first + 1;
  let left = sizeBytes;
  try {
    const body = await store.openRange(object, object.etag, part, AbortSignal.any([signal, ended.signal]));
    span?.note({ 'http.response.status_code': 206 });
    const reader = body.getReader();
    while (left > 0) {
      const { done, value } = await reader.read();
      // A busy reader downstream does not count as silence of the store.
      clearTimeout(timer);
      if (done) throw new Error(`the answer ended ${left} bytes early`);
      left -= value.length;
      storeBytes.count('read', value.length);
      if (left < 0) throw new Error(`the answer exceeds the requested range`);
      yield value;
      timer = setTimeout(giveUp, silenceMs);
    }
  } catch (error) {
    // A reader that stops early is not a failure.
    if (!signal.aborted) span?.fail(toLandfallError(error).code);
    throw error;
  } finally {
    span?.note({ 'landfall.size_bytes': sizeBytes - left });
    span?.end();
    clearTimeout(timer);
    // Stops the request if its rest is not needed.
    ended.abort();
  }
}
