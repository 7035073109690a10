import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { OssRefusal } from '#oss';
import { readBeginning } from '../wire/outgoing-request.js';

const maxAnswerBytes = 1024 * 1024;

/** The answer of an application. */
export interface CallbackAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Complete if the answer is valid; otherwise at most its beginning. */
  readonly body: Buffer;
}

/** 203 CallbackFailed. */
export function callbackFailed(message: string, ec = '0007-00000203'): OssRefusal {
  return new OssRefusal(203, 'CallbackFailed', message, { ec });
}

/**
 * Reads an answer and validates it by OSS's rules: exactly 200, a length above zero and not above 1
 * MiB, JSON.
 * @throws the error of a connection that fails in the middle of a relevant body
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
