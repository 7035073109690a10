import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { OssRefusal } from '#oss';
import { readBeginning } from '../wire/outgoing-request.js';

const maxAnswerBytes = 1024 * 1024;

/** The application's response to a callback. */
export interface CallbackAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Complete if the response is valid; otherwise at most its beginning. */
  readonly body: Buffer;
}

/** 203 CallbackFailed. */
export function callbackFailed(message: string, ec = '0007-00000203'): OssRefusal {
  return new OssRefusal(203, 'CallbackFailed', message, { ec });
}

/**
 * Reads a response and validates it by OSS's rules: status exactly 200, a Content-Length from 1 byte to 1 MiB, and
 * valid JSON.
 * @throws the connection error if the connection fails while a body that counts is being read
 */
export async function readAnswer(
  incoming: IncomingMessage,
): Promise<{ body: Buffer; failure: OssRefusal | null }> {
  try {
    const failure = judgeHead(incoming);
    if (failure) return { body: await readBeginning(incoming), failure };
    const body = await buffer(incoming);
    if (isJson(body)) return { body, failure: null };
    return { body, failure: callbackFailed('Response body is not valid json format.', '0007-00000205') };
  } finally {
    incoming.destroy();
  }
}

function judgeHead({ statusCode, headers }: IncomingMessage): OssRefusal | null {
  if (statusCode !== 200) return callbackFailed(`Error status : ${statusCode}.`);
  const length = headers['content-length'];
  if (length === undefined) return callbackFailed('Error Status : 400.User server missing content-length.');
  if (!(Number(length) > 0))
    return callbackFailed('Error Status : 400.User server return invalid conent-length value.');
  if (Number(length) > maxAnswerBytes)
    return callbackFailed('Error Status : 400.User server return too long content-length value.');
  return null;
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
    return true;
  } catch {
    return false;
  }
}
