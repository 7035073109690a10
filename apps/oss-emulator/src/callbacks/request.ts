import { createHash } from 'node:crypto';
import { signCallback } from '#oss';
import { targetOf, type OutgoingRequest } from '../wire/outgoing-request.js';
import type { CallbackOrder } from './attempt.js';
import { ownerId } from '../wire/owner.js';
import { callbackKeyPath } from './key.js';
import type { CallbackSender } from './callback-sender.js';

/** Builds and signs the callback request for one URL, with the same headers in the same order as OSS. */
export function buildCallbackRequest(
  url: string,
  { parameters, body, bucket, requestId }: CallbackOrder,
  { publicUrl, callbackKey }: CallbackSender,
): OutgoingRequest {
  const target = targetOf(url);
  const keyUrl = new URL(callbackKeyPath, publicUrl).href;
  const headers = {
    Host: parameters.host ?? new URL(url).host,
    Connection: 'close',
    'Content-Length': String(body.length),
    Authorization: signCallback(target, body, callbackKey.privateKey),
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
  return { url, method: 'POST', target, headers, body };
}
