import type { ObjectHead } from '#media';
import { openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import { presignUrlV4, signCdnUrl } from '#oss';
import { LandfallError, pause, writeStream, type Config } from '#runtime';
import { inSpan, type Span } from '#tracing';
import type { ObjectAddress } from './object-address.js';
import { readAtMost } from './read-at-most.js';
import { type ListedPage, readListing } from './read-xml.js';
import { storeBytes, storeRequests } from './store-metrics.js';
import { discard, refusalOf, refuseEncoded, translateStorageFailure } from './storage-errors.js';
import { storeSpan } from './store-span.js';

/** Bytes of an object, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

type Settings = Config<'oss'>['oss'];

interface StoreRequest {
  method: 'HEAD' | 'GET' | 'PUT' | 'DELETE';
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Blob | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal | undefined;
  span?: Span | null;
}

/**
 * Lifetime of the signature of our own requests: enough for a slow connection, too short to be
 * worth stealing.
 */
const ownUrlLifetimeS = 900;
/** Signed URLs (V4) of OSS are valid for at most a week. */
const longestLifetimeS = 604_800;
/**
 * A connection slower than this, in bytes per second, counts as dead: the time limit of an upload
 * grows with its size.
 */
const slowestUpload = 262_144;
const tries = 3;
/** Maximum number of keys that OSS lists in one answer. */
const keysAtOnce = 1_000;
/** Fits a thousand of the longest keys, percent-encoded, with their metadata. */
const listMaxBytes = 5_000_000;

/**
 * The object store. Errors: `object.missing`, `object.changed` (another ETag), `object.encoded`, `storage.denied`,
 * `storage.refused`, `storage.unavailable`; an aborted signal rejects with its reason.
 */
export class ObjectStore {
  constructor(private readonly settings: Settings) {}

  /** @throws LandfallError object.missing */
  async head(address: ObjectAddress, signal?: AbortSignal): Promise<ObjectHead> {
    return this.exchange(address, { method: 'HEAD', signal }, headOf);
  }

  /** Streams the object into a file, if it still has this ETag. */
  async download(address: ObjectAddress, etag: string, file: string, signal: AbortSignal): Promise<void> {
    const request = { method: 'GET', headers: { 'if-match': `"${etag}"` }, signal } as const;
    await this.exchange(address, request, (answer) => save(answer, address, file, signal));
  }

  /**
   * Returns all bytes of an object if it still has this ETag and exactly this size: one request that also checks what `head`
   * would.
   * @param refuse called with the metadata before the bytes are read; may throw
   * @throws LandfallError object.size_mismatch
   */
  async read(
    address: ObjectAddress,
    { etag, sizeBytes }: { etag: string; sizeBytes: number },
    signal: AbortSignal,
    refuse: (head: ObjectHead) => void = () => undefined,
  ): Promise<Buffer> {
    const request = { method: 'GET', headers: { 'if-match': `"${etag}"` }, signal } as const;
    return this.exchange(address, request, async (answer) => {
      try {
        const head = headOf(answer);
        refuse(head);
        if (head.sizeBytes !== sizeBytes)
          throw new LandfallError('object.size_mismatch', `it has ${head.sizeBytes} bytes, not ${sizeBytes}`);
      } catch (error) {
        discard(answer);
        throw error;
      }
      const bytes = Buffer.allocUnsafeSlow(sizeBytes);
      let received = 0;
      try {
        for await (const chunk of answer.body ?? []) {
          bytes.set(chunk, received);
          received += chunk.length;
          storeBytes.count('read', chunk.length);
        }
      } catch (error) {
        signal.throwIfAborted();
        throw translateStorageFailure(error, address);
      }
      if (received === sizeBytes) return bytes;
      throw new LandfallError(
        'storage.unavailable',
        `${address.objectKey}: received ${received} of ${sizeBytes} bytes`,
      );
    });
  }

  /**
   * Starts to read a part of an object if it still has this ETag. Does not retry; `readObjectRange`
   * does.
   * @param signal also stops the reading
   */
  async openRange(
    address: ObjectAddress,
    etag: string,
    { first, last }: ByteRange,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const headers = { range: `bytes=${first}-${last}`, 'if-match': `"${etag}"` };
    const answer = await this.sendOnce(address, { method: 'GET', headers, signal });
    const given = answer.headers.get('content-range') ?? `status ${answer.status}`;
    if (answer.body && given.startsWith(`bytes ${first}-${last}/`)) return answer.body;
    discard(answer);
    throw new LandfallError(
      'storage.unavailable',
      `${address.objectKey}: requested ${headers.range}, received ${given}`,
    );
  }

  /**
   * Returns the first `length` bytes of an object, or all of it if it is shorter; `length` bounds
   * the memory.
   */
  async readStart(address: ObjectAddress, length: number, signal?: AbortSignal): Promise<Buffer> {
    const request = { method: 'GET', headers: { range: `bytes=0-${length - 1}` }, signal } as const;
    return this.exchange(address, request, async (answer) => {
      const bytes = await readAtMost(answer, length);
      storeBytes.count('read', bytes.length);
      return bytes;
    });
  }

  /** Stores bytes from memory or from a file (streamed). Replaces an existing object. */
  async upload(
    address: ObjectAddress,
    content: Buffer | { file: string },
    mimeType: string,
    signal?: AbortSignal,
  ): Promise<number> {
    const body = 'file' in content ? await openAsBlob(content.file) : new Uint8Array(content);
    const request = { method: 'PUT', headers: { 'content-type': mimeType }, body, signal } as const;
    return this.exchange(address, request, () => {
      storeBytes.count('written', sizeOf(body));
      return sizeOf(body);
    });
  }

  /** Removes an object; succeeds if it does not exist. */
  async remove(address: ObjectAddress, signal?: AbortSignal): Promise<void> {
    try {
      await this.exchange(address, { method: 'DELETE', signal }, () => undefined);
    } catch (error) {
      if (!(error instanceof LandfallError && error.code === 'object.missing')) throw error;
    }
  }

  /**
   * Lists a page of the objects whose keys begin with `prefix`, in byte order (ListObjectsV2).
   * @param from where to start: the `token` of the previous page, or the key to start `after`
   */
  async list(
    bucket: string,
    prefix: string,
    from: { token?: string; after?: string } = {},
    signal?: AbortSignal,
  ): Promise<ListedPage> {
    const address = { bucket, objectKey: '' };
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      'max-keys': String(keysAtOnce),
      prefix,
      ...(from.after ? { 'start-after': from.after } : {}),
      ...(from.token ? { 'continuation-token': from.token } : {}),
    };
    const request = { method: 'GET', query, signal } as const;
    const xml = await this.exchange(address, request, (answer) => readAtMost(answer, listMaxBytes));
    try {
      return readListing(xml.toString('utf8'));
    } catch (error) {
      throw translateStorageFailure(error, { bucket, objectKey: prefix });
    }
  }

  /**
   * Returns a URL that grants its holder access to the object until `expiresAt`, for the configured lifetime or longer on
   * request. It points to the CDN if one is configured, otherwise to the store.
   */
  signUrl(address: ObjectAddress, atLeastS = 0, now = new Date()): { url: string; expiresAt: Date } {
    const lifetimeS = this.lifetimeS(atLeastS);
    const expiresAt = new Date(now.getTime() + lifetimeS * 1_000);
    const { cdnUrl, cdnKey, cdnType, cdnTtlS } = this.settings;
    if (cdnUrl !== undefined && cdnKey !== undefined) {
      const base = new URL(cdnUrl.replaceAll('{bucket}', address.bucket));
      return signCdnUrl({ base, ...address, type: cdnType, key: cdnKey, ttlS: cdnTtlS, expiresAt });
    }
    const endpoint = new URL(this.settings.publicEndpoint ?? this.settings.endpoint);
    return {
      url: this.presign(address, { method: 'GET' }, { endpoint, expiresInS: lifetimeS, now }),
      expiresAt,
    };
  }

  /** A signing time that stays the same for half a lifetime, so that URLs signed again and again stay the same too. */
  signingTime(atLeastS = 0): Date {
    const halfMs = this.lifetimeS(atLeastS) * 500;
    return new Date(Math.floor(Date.now() / halfMs) * halfMs);
  }

  private lifetimeS(atLeastS: number): number {
    return Math.min(Math.max(this.settings.urlLifetimeS, Math.ceil(atLeastS)), longestLifetimeS);
  }

  private presign(
    { bucket, objectKey }: ObjectAddress,
    { method, query = {}, headers = {} }: StoreRequest,
    validity: { endpoint: URL; expiresInS: number; now: Date },
  ): string {
    return presignUrlV4({
      ...validity,
      pathStyle: this.settings.pathStyle,
      bucket,
      objectKey,
      region: this.settings.region,
      accessKeyId: this.settings.accessKeyId,
      accessKeySecret: this.settings.accessKeySecret,
      securityToken: this.settings.securityToken,
      method,
      query,
      headers,
    });
  }

  private presignOwn(address: ObjectAddress, request: StoreRequest): string {
    const endpoint = new URL(this.settings.endpoint);
    return this.presign(address, request, { endpoint, expiresInS: ownUrlLifetimeS, now: new Date() });
  }

  /** Sends a request and passes the successful answer to `use`. */
  private exchange<T>(
    address: ObjectAddress,
    request: StoreRequest,
    use: (answer: Response) => T | Promise<T>,
  ): Promise<T> {
    return inSpan(storeSpan(request.method), async (span) => {
      const answer = await this.send(address, { ...request, span });
      const sizeBytes = request.body ? sizeOf(request.body) : Number(answer.headers.get('content-length'));
      span?.note({ 'landfall.size_bytes': sizeBytes });
      return use(answer);
    });
  }

  /**
   * Sends a request and returns a successful answer; retries transient failures (no connection,
   * 5xx) twice.
   */
  private async send(address: ObjectAddress, request: StoreRequest): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.sendOnce(address, request);
      } catch (error) {
        request.signal?.throwIfAborted();
        const failure = translateStorageFailure(error, address);
        if (!failure.retryable || attempt === tries) throw failure;
        await pause(attempt * 200, request.signal);
      }
    }
  }

  private async sendOnce(address: ObjectAddress, request: StoreRequest): Promise<Response> {
    const { method, headers = {}, body, signal } = request;
    const url = this.presignOwn(address, request);
    const silence = new AbortController();
    // fetch resolves only after the whole body is sent.
    const timeoutMs = this.settings.timeoutMs + (sizeOf(body) / slowestUpload) * 1_000;
    const timer = setTimeout(() => silence.abort(new Error(`no response within ${timeoutMs} ms`)), timeoutMs);
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      const answer = await fetch(url, {
        method,
        // Otherwise OSS compresses text objects and omits their length and ETag.
        headers: { 'accept-encoding': 'identity', ...headers },
        ...(body ? { body } : {}),
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      });
      request.span?.note({ 'http.response.status_code': answer.status });
      if (answer.ok) return refuseEncoded(answer, address);
      throw await refusalOf(answer, address);
    } catch (error) {
      outcome = signal?.aborted ? 'aborted' : translateStorageFailure(error, address).code;
      throw error;
    } finally {
      clearTimeout(timer);
      storeRequests.observe({ method, outcome }, (performance.now() - startedAt) / 1_000);
    }
  }
}

/** Writes the body of an answer to a file. */
async function save(
  answer: Response,
  address: ObjectAddress,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const expected = Number(answer.headers.get('content-length'));
  let received = 0;
  const refuseMore = () => {
    if (received > expected) throw new Error(`the response exceeds the announced ${expected} bytes`);
  };
  try {
    await writeStream(
      file,
      Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream<Uint8Array>),
      async function* count(chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          received += chunk.length;
          storeBytes.count('read', chunk.length);
          refuseMore();
          yield chunk;
        }
      },
      { signal },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw translateStorageFailure(error, address);
  }
  if (received !== expected) {
    throw new LandfallError(
      'storage.unavailable',
      `${address.objectKey}: received ${received} of ${expected} bytes`,
    );
  }
}

function headOf({ headers }: Response): ObjectHead {
  return {
    etag: (headers.get('etag') ?? '').replaceAll('"', '').toUpperCase(),
    sizeBytes: Number(headers.get('content-length')),
    mimeType: headers.get('content-type') ?? 'application/octet-stream',
    lastModified: new Date(headers.get('last-modified') ?? 0),
    clockAheadMs: clockAheadOf(headers.get('date')),
  };
}

function clockAheadOf(date: string | null): number {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? 0 : Date.now() - theirs;
}

function sizeOf(body: Blob | Uint8Array | undefined): number {
  if (!body) return 0;
  return body instanceof Blob ? body.size : body.byteLength;
}
