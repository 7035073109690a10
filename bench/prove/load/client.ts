import { pause } from '#runtime';
import OSS from 'ali-oss';
import { type Base, bucket } from '../parts/base.js';
import { bytesOf, type Media, mimeTypes } from './media.js';
import type { PlannedUpload } from './uploads.js';

const mostTries = 10;
const firstPauseMs = 300;
const longestPauseMs = 8_000;
const tryTimeoutMs = 15_000;
/** Older tickets are not used for a new attempt, since the upload might not be over before the ticket's follow-up. */
const ticketMaxAgeMs = 10_000;
const partBytes = 102_400;

/**
 * The outcome of an upload for its client: OSS answered 200 or 203; OSS already has the object, from an attempt whose
 * response was lost; or the client gave up.
 */
export type Answer = '200' | '203' | 'exists' | 'none';

interface IssuedTicket {
  readonly form: { readonly url: string; readonly fields: Readonly<Record<string, string>> };
  readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

/** Receives progress reports. */
export interface ClientListener {
  /** A request that began at this time was answered with 200 by OSS. */
  readonly onAnswer: (beganAt: number) => void;
  /** An attempt failed; there may be another. */
  readonly onFailure?: (error: unknown) => void;
}

/** Uploads like an app: asks the api for a ticket, uses it, and retries failures. */
export class Client {
  readonly #sdk: OSS;

  constructor(
    private readonly stack: Pick<Base, 'apiKey' | 'oss'> & { readonly apiUrl: string },
    private readonly media: Media,
    private readonly listener: ClientListener,
  ) {
    // Path style; the type declarations of ali-oss lack this option.
    const options = { ...stack.oss, bucket, sldEnable: true, authorizationV4: true, timeout: tryTimeoutMs };
    this.#sdk = new OSS(options);
  }

  async upload(upload: PlannedUpload, signal: AbortSignal): Promise<Answer> {
    const bytes = bytesOf(this.media, upload.kind, upload.number);
    let ticket: IssuedTicket | undefined;
    let issuedAt = 0;
    let pauseMs = firstPauseMs;
    for (let tries = 1; tries <= mostTries && !signal.aborted; tries += 1) {
      try {
        if (!ticket || Date.now() - issuedAt > ticketMaxAgeMs) {
          issuedAt = Date.now();
          ticket = await this.#askTicket(upload);
        }
        const beganAt = Date.now();
        const answer = await this.#send(upload, bytes, ticket);
        if (answer === '200') this.listener.onAnswer(beganAt);
        return answer;
      } catch (error) {
        this.listener.onFailure?.(error);
        if (!isWorthAnother(error)) throw error;
      }
      await pause(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    return 'none';
  }

  async #askTicket({ kind, objectKey }: PlannedUpload): Promise<IssuedTicket> {
    const answer = await fetch(`${this.stack.apiUrl}/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.stack.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ key: objectKey, contentType: mimeTypes[kind], vars: { kind } }),
      signal: AbortSignal.timeout(tryTimeoutMs),
    });
    if (!answer.ok) throw new Refusal(answer.status, await answer.text());
    return (await answer.json()) as IssuedTicket;
  }

  #send(upload: PlannedUpload, bytes: Buffer, ticket: IssuedTicket): Promise<Answer> {
    if (upload.way === 'put') return this.#fetch(ticket.put.url, 'PUT', ticket.put.headers, bytes);
    if (upload.way === 'form') {
      const form = new FormData();
      for (const [name, value] of Object.entries(ticket.form.fields)) form.append(name, value);
      form.append('file', new Blob([new Uint8Array(bytes)]), 'file');
      return this.#fetch(ticket.form.url, 'POST', {}, form);
    }
    return this.#sendBySdk(upload, bytes, ticket);
  }

  async #fetch(
    url: string,
    method: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer | FormData,
  ): Promise<Answer> {
    const sent = body instanceof FormData ? body : new Uint8Array(body);
    const answer = await fetch(url, {
      method,
      headers,
      body: sent,
      signal: AbortSignal.timeout(tryTimeoutMs),
    });
    const text = await answer.text();
    return answerOf(answer.status, text);
  }

  async #sendBySdk(
    { way, kind, objectKey }: PlannedUpload,
    bytes: Buffer,
    ticket: IssuedTicket,
  ): Promise<Answer> {
    const options = {
      mime: mimeTypes[kind],
      headers: { 'x-oss-forbid-overwrite': 'true' },
      callback: callbackOf(ticket.form.fields),
    };
    try {
      if (way === 'sdk') await this.#sdk.put(objectKey, bytes, options);
      else
        await this.#sdk.multipartUpload(objectKey, bytes, { ...options, partSize: partBytes, parallel: 2 });
      return '200';
    } catch (error) {
      const { status, code } = error as { status?: unknown; code?: unknown };
      // Negative status codes are ali-oss's own, for connection errors.
      if (typeof status !== 'number' || status < 0) throw error;
      return answerOf(status, String(code));
    }
  }
}

/** An error response. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`${status} ${text}`);
  }
}

function answerOf(status: number, text: string): Answer {
  if (status === 200) return '200';
  if (status === 203 && text.includes('CallbackFailed')) return '203';
  if (status === 409 && text.includes('FileAlreadyExists')) return 'exists';
  throw new Refusal(status, text);
}

/** Whether to retry: there was no response, or the response indicates a server error. */
function isWorthAnother(error: unknown): boolean {
  return !(error instanceof Refusal) || error.status >= 500;
}

/** The callback of a ticket, in the format of ali-oss. */
function callbackOf(fields: Readonly<Record<string, string>>): OSS.ObjectCallback {
  const { callbackUrl, callbackBody, callbackBodyType } = JSON.parse(
    Buffer.from(fields['callback'] ?? '', 'base64').toString(),
  ) as { callbackUrl: string; callbackBody: string; callbackBodyType: string };
  const customValue = Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name.startsWith('x:'))
      .map(([name, value]) => [name.slice(2), value]),
  );
  return { url: callbackUrl, body: callbackBody, contentType: callbackBodyType, customValue };
}
