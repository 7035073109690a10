import { createHash } from 'node:crypto';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { OssRefusal, signCallback, type CallbackParameters } from '#oss';
import { callbackKeyPath } from './callback-key.js';
import type { EmulatorState } from './emulator-state.js';

/** The account that owns everything here. */
export const ownerId = '1234567890123456';
const maxAnswerBytes = 1024 * 1024;

export interface CallbackOrder {
  readonly parameters: CallbackParameters;
  /** The rendered body. */
  readonly body: Buffer;
  readonly bucket: string;
  readonly requestId: string;
}

/** 203 CallbackFailed. */
function callbackFailed(message: string, ec = '0007-00000203'): OssRefusal {
  return new OssRefusal(203, 'CallbackFailed', message, ec);
}

/**
 * Calls the application, one URL after the other until one succeeds. No retries, no redirects.
 * @returns the application's answer, which the uploader gets as it is
 * @throws OssRefusal CallbackFailed, for the last URL
 */
export async function callBack(order: CallbackOrder, state: EmulatorState): Promise<Buffer> {
  let failure = callbackFailed('Error status : -1.');
  for (const url of order.parameters.urls) {
    try {
      return await callOne(url, order, state);
    } catch (error) {
      failure = error instanceof OssRefusal ? error : unreachable(error, url);
      state.logger.warn({ url: new URL(url).origin, requestId: order.requestId }, failure.message);
    }
  }
  throw failure;
}

function unreachable(error: unknown, url: string): OssRefusal {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // The connection stood, and ended before a whole answer came.
  if (code === 'ECONNRESET' || code === 'EPROTO') return callbackFailed('Error status : 502.');
  return callbackFailed(
    `Error status : -1.OSS can not connect to your callbackUrl, please check it. (${new URL(url).host}${code ? `: ${String(code)}` : ''})`,
  );
}

async function callOne(url: string, order: CallbackOrder, state: EmulatorState): Promise<Buffer> {
  const { host, protocol, hostname, port } = new URL(url);
  // As written: the parser would normalise what the signature covers.
  const rawTarget = url.replace(/^https?:\/\/[^/?]*/i, '').replace(/^(?!\/)/, '/');
  const options: RequestOptions = {
    method: 'POST',
    hostname,
    port,
    path: rawTarget,
    agent: false,
    signal: AbortSignal.timeout(state.callbackTimeoutMs),
    headers: callbackHeaders(rawTarget, order.parameters.host ?? host, order, state),
  };
  try {
    const answer = await sendOnce(protocol, order.parameters.sni, options, order.body);
    return await readAnswer(answer);
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    const limit = `${state.callbackTimeoutMs}ms`;
    throw callbackFailed(
      `Error status : -1 ${host} reply timeout, cost:${limit}, timeout:${limit} (err -4, errno115)`,
    );
  }
}

function sendOnce(
  protocol: string,
  sni: boolean,
  options: RequestOptions,
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request =
      protocol === 'https:'
        ? requestHttps({ ...options, ...(!sni && { servername: '' }) }, resolve)
        : requestHttp(options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

function callbackHeaders(rawTarget: string, host: string, order: CallbackOrder, state: EmulatorState) {
  const { body, bucket, requestId, parameters } = order;
  const keyUrl = new URL(callbackKeyPath, state.publicUrl).href;
  return {
    Host: host,
    Connection: 'close',
    'Content-Length': body.length,
    Authorization: signCallback(rawTarget, body, state.callbackKey.privateKey),
    'Content-MD5': createHash('md5').update(body).digest('base64'),
    'Content-Type': parameters.bodyType,
    Date: new Date().toUTCString(),
    'User-Agent': 'aliyun-oss-callback',
    'x-oss-additional-headers': '',
    'x-oss-bucket': bucket,
    'x-oss-owner': ownerId,
    'x-oss-pub-key-url': Buffer.from(keyUrl).toString('base64'),
    'x-oss-request-id': requestId,
    'x-oss-requester': ownerId,
    'x-oss-signature-version': '1.0',
    'x-oss-tag': 'CALLBACK',
  };
}

async function readAnswer(answer: IncomingMessage): Promise<Buffer> {
  try {
    if (answer.statusCode !== 200) throw callbackFailed(`Error status : ${answer.statusCode}.`);
    const length = answer.headers['content-length'];
    if (length === undefined) throw callbackFailed('Error Status : 400.User server missing content-length.');
    if (!(Number(length) > 0))
      throw callbackFailed('Error Status : 400.User server return invalid conent-length value.');
    if (Number(length) > maxAnswerBytes)
      throw callbackFailed('Error Status : 400.User server return too long content-length value.');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (!isJson(body)) throw callbackFailed('Response body is not valid json format.', '0007-00000205');
    return body;
  } finally {
    answer.destroy();
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
    return true;
  } catch {
    return false;
  }
}
