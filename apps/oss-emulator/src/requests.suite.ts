import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { signRequestV4 } from '#oss';
import { bucket, credentials, region } from './emulator-fixture.suite.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  /** Request target as it goes on the wire. */
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Sends a request just as given, and reads the answer. */
export async function sendRaw(
  url: string,
  { method = 'GET', target, headers, body }: RawRequest,
): Promise<RawAnswer> {
  const { port } = new URL(url);
  const sent = request({
    host: '127.0.0.1',
    port,
    method,
    path: target,
    headers: headers ?? {},
    agent: false,
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const bytes = await buffer(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: bytes, text: bytes.toString() };
}

export interface SignedRequest {
  readonly method?: string;
  readonly key?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly bucket?: string;
  readonly now?: Date;
}

/** Sends a request that V4 signs, path style. */
export function sendSigned(url: string, request: SignedRequest): Promise<RawAnswer> {
  const { method = 'GET', key = '', query = {}, headers = {}, body } = request;
  const address = { bucket: request.bucket ?? bucket, objectKey: key };
  const added = signRequestV4({ method, ...address, query, headers }, credentials, region, request.now);
  const path = `/${address.bucket}/${key}`.split('/').map(encodeURIComponent).join('/');
  const search = new URLSearchParams(query).toString();
  const length: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return sendRaw(url, {
    method,
    target: search ? `${path}?${search}` : path,
    headers: { ...length, ...headers, ...added },
    ...(body !== undefined && { body }),
  });
}

/** Posts an HTML form to the bucket: the fields in their order, then the file. */
export async function sendForm(
  url: string,
  fields: Iterable<readonly [string, string]>,
  file = new Blob(['x']),
) {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  form.append('file', file, 'me.txt');
  const answer = await fetch(`${url}/${bucket}/`, { method: 'POST', body: form });
  return { status: answer.status, text: await answer.text() };
}

/** The text of an element of an XML answer. */
export function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
