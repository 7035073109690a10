/** The part of a `POST /v1/tickets` response that an upload needs. A backend may pass the response on unchanged. */
export interface UploadTicket {
  readonly id: string;
  readonly objectKey: string;
  readonly form: { readonly url: string; readonly fields: Readonly<Record<string, string>> };
  readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

export interface UploadProgress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  /** Called while bytes are sent, about every 50 ms. If it throws, the upload fails with its error. */
  readonly onProgress?: (progress: UploadProgress) => void;
  /** Aborts the upload. Anything that OSS has already stored remains. */
  readonly signal?: AbortSignal;
  /** With `form` (the default) OSS enforces the size limit of the ticket; with `put` it does not. */
  readonly via?: 'form' | 'put';
  /** Gives up if no byte is sent and no response arrives for this long; 60,000 ms by default. */
  readonly stallTimeoutMs?: number;
}

/** The result of an upload that OSS has stored. */
export interface StoredUpload {
  readonly ticketId: string;
  readonly objectKey: string;
  /** Null if the callback failed; the ticket will have the id once Landfall has found the object. */
  readonly uploadId: string | null;
  /**
   * OSS answered 203: the file is stored, but the callback failed. Landfall finds the object by the ticket, so do not
   * upload it again.
   */
  readonly callbackFailed: boolean;
}

/** OSS refused the file. `code` is OSS's error code, such as `EntityTooLarge` or `FileAlreadyExists`. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(`${message} (${code}, ${status})`);
  }
}

/** There was no response: the connection broke or stalled, or the bucket has no CORS rule for this page. */
export class UploadInterrupted extends Error {
  override readonly name = 'UploadInterrupted';
}

const defaultStallTimeoutMs = 60_000;

/**
 * Uploads a file from a page directly to OSS, with a ticket issued by your backend.
 * @throws UploadRefused, UploadInterrupted, or the signal's abort reason
 */
export async function uploadWithTicket(
  file: Blob,
  ticket: UploadTicket,
  options: UploadOptions = {},
): Promise<StoredUpload> {
  const { status, text } = await send(
    options.via === 'put' ? asPut(file, ticket) : asForm(file, ticket),
    options,
  );
  const stored = { ticketId: ticket.id, objectKey: ticket.objectKey };
  if (status === 203) return { ...stored, uploadId: null, callbackFailed: true };
  if (status !== 200) throw readRefusal(status, text);
  return { ...stored, uploadId: readUploadId(text), callbackFailed: false };
}

interface Parcel {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: FormData | Blob;
}

function asForm(file: Blob, { form }: UploadTicket): Parcel {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  // OSS ignores all fields after the file.
  body.append('file', file);
  return { method: 'POST', url: form.url, headers: {}, body };
}

function asPut(file: Blob, { put }: UploadTicket): Parcel {
  return { method: 'PUT', url: put.url, headers: put.headers, body: file };
}

/** Uses XMLHttpRequest, because fetch reports no upload progress. */
function send(
  { method, url, headers, body }: Parcel,
  { onProgress, signal, stallTimeoutMs = defaultStallTimeoutMs }: UploadOptions,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const request = new XMLHttpRequest();
    let stallTimer: ReturnType<typeof setTimeout>;
    const end = (settle: () => void) => {
      clearTimeout(stallTimer);
      signal?.removeEventListener('abort', stop);
      settle();
    };
    const fail = (reason: unknown) => {
      end(() => reject(reason as Error));
      request.abort();
    };
    const stop = () => fail(signal?.reason);
    const stalled = () => fail(new UploadInterrupted(`no progress for ${stallTimeoutMs} ms`));
    const moved = () => {
      clearTimeout(stallTimer);
      stallTimer = setTimeout(stalled, stallTimeoutMs);
    };
    signal?.addEventListener('abort', stop, { once: true });
    // An upload listener makes the browser send a preflight, which the bucket's CORS rule for the upload also
    // answers.
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      moved();
      try {
        onProgress?.({ sentBytes: loaded, totalBytes: total });
      } catch (error) {
        fail(error);
      }
    });
    request.addEventListener('load', () =>
      end(() => resolve({ status: request.status, text: request.responseText })),
    );
    request.addEventListener('error', () =>
      fail(new UploadInterrupted('the connection failed, or the bucket has no CORS rule for this page')),
    );
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    moved();
    request.send(body);
  });
}

/** Reads the upload id from Landfall's response to the callback, which OSS passes on. */
function readUploadId(text: string): string | null {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}

function readRefusal(status: number, xml: string): UploadRefused {
  const read = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return new UploadRefused(status, read('Code') ?? 'Unknown', read('Message') ?? 'OSS refused the upload');
}
