import {
  OssRefusal,
  invalidArgument,
  readCallbackParameters,
  renderCallbackBody,
  type CallbackParameters,
} from '#oss';
import type { Bucket } from '../store/buckets.js';
import { callBack } from './call.js';
import type { CallbackSender } from './callback-sender.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { findNamedPolicy } from './named-policy.js';
import { readImageInfo } from './image-info.js';
import { send, sendRefusal } from '../wire/responses.js';
import { uploadHeaders, type StoredObject } from '../store/stored-object.js';

/**
 * Reads the callback requested by PutObject or CompleteMultipartUpload, before anything is stored. If the request
 * names a callback policy of the bucket, the policy's callback is used.
 * @throws OssRefusal InvalidArgument
 */
export function readRequestedCallback(
  { headers, query }: AddressedExchange,
  { settings }: Pick<Bucket, 'settings'>,
): CallbackParameters | undefined {
  const callback = either(headers['x-oss-callback'], query['callback'], 'callback');
  const callbackVar = either(headers['x-oss-callback-var'], query['callback-var'], 'callback-var');
  if (callback === undefined) return undefined;
  const policy = findNamedPolicy(callback, settings);
  return readCallbackParameters(policy?.callback ?? callback, callbackVar ?? policy?.callbackVar, {
    allowPrivateHosts: true,
  });
}

function either(header: string | undefined, query: string | undefined, name: string): string | undefined {
  if (header !== undefined && query !== undefined)
    throw invalidArgument(
      `Either the ${name} query string parameter or the x-oss-${name} header should be specified, not both.`,
    );
  return header ?? query;
}

export interface LandedUpload {
  readonly bucket: Bucket;
  readonly object: StoredObject;
  readonly callback: CallbackParameters | undefined;
  readonly operation: 'PutObject' | 'PostObject' | 'CompleteMultipartUpload';
}

/**
 * Answers an upload whose object is stored. If it requested a callback, the answer is the application's response, or
 * 203 if the callback fails (the object stays); otherwise `answerPlainly` answers.
 */
export async function answerUpload(
  exchange: AddressedExchange,
  sender: CallbackSender,
  landed: LandedUpload,
  answerPlainly: () => void,
): Promise<void> {
  const { callback, object, bucket, operation } = landed;
  if (!callback) return answerPlainly();
  const { requestId } = exchange;
  try {
    const values = { ...(await systemVariables(exchange, landed)), ...callback.vars };
    const body = Buffer.from(renderCallbackBody(callback.body, callback.bodyType, values));
    const answer = await callBack(
      { parameters: callback, body, bucket: bucket.name, objectKey: object.key, operation, requestId },
      sender,
    );
    send(exchange, 200, { 'content-type': 'application/json', ...uploadHeaders(bucket, object) }, answer);
  } catch (error) {
    if (!(error instanceof OssRefusal)) throw error;
    sendRefusal(exchange, error, uploadHeaders(bucket, object));
  }
}

async function systemVariables(
  { requestId, incoming }: AddressedExchange,
  { bucket, object, callback, operation }: LandedUpload,
): Promise<Record<string, string | number>> {
  const image = callback?.body.includes('${imageInfo.')
    ? await readImageInfo(bucket.objects, object)
    : undefined;
  return {
    bucket: bucket.name,
    object: object.key,
    etag: object.etag,
    size: object.sizeBytes,
    mimeType: object.mimeType,
    'imageInfo.height': image?.height ?? '',
    'imageInfo.width': image?.width ?? '',
    'imageInfo.format': image?.format ?? '',
    crc64: object.crc64,
    contentMd5: object.contentMd5 ?? '',
    vpcId: '',
    clientIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
    reqId: requestId,
    operation,
  };
}
