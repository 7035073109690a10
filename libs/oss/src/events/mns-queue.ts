import { hmacSha1Base64 } from '../signing/hmac.js';
import type { OssCredentials } from '../signing/oss-request.js';
import { escapeXml, readXmlRoot, xmlElements, xmlText, xmlTexts } from '../wire/xml.js';
import { type MnsRequest, mnsStringToSign } from './mns-string-to-sign.js';

/** The protocol version for header `x-mns-version`. */
export const mnsVersion = '2015-06-06';
const namespace = 'xmlns="http://mns.aliyuncs.com/doc/v1/"';

/** A received message. It becomes visible again unless it is deleted in time. */
export interface QueueMessage {
  readonly id: string;
  /** Identifies this delivery; needed to delete the message. */
  readonly receiptHandle: string;
  readonly body: string;
  /** Number of deliveries so far, including this one. */
  readonly dequeueCount: number;
}

/** Signs a request to a queue; returns the value of the `authorization` header. */
export function signMnsRequest(
  request: MnsRequest,
  { accessKeyId, accessKeySecret }: Pick<OssCredentials, 'accessKeyId' | 'accessKeySecret'>,
): string {
  return `MNS ${accessKeyId}:${hmacSha1Base64(accessKeySecret, mnsStringToSign(request))}`;
}

/**
 * Reads the messages of a BatchReceiveMessage response; undefined if the text is not one. An empty queue responds with
 * the error MessageNotExist instead.
 */
export function readQueueMessages(text: string): QueueMessage[] | undefined {
  const root = readXmlRoot(text, 'Messages');
  return (
    root &&
    xmlElements(root, 'Message').map((message) => ({
      id: xmlText(message, 'MessageId'),
      receiptHandle: xmlText(message, 'ReceiptHandle'),
      body: xmlText(message, 'MessageBody'),
      dequeueCount: Number(xmlText(message, 'DequeueCount')) || 1,
    }))
  );
}

/** Writes the response that `readQueueMessages` reads. */
export function writeQueueMessages(messages: readonly QueueMessage[]): string {
  const elements = messages.map(
    ({ id, receiptHandle, body, dequeueCount }) =>
      `<Message>${element('MessageId', id)}${element('ReceiptHandle', receiptHandle)}${element('MessageBody', body)}${element('DequeueCount', String(dequeueCount))}</Message>`,
  );
  return document('Messages', elements.join(''));
}

/** Writes the body of a BatchDeleteMessage request. */
export function writeReceiptHandles(handles: readonly string[]): string {
  return document('ReceiptHandles', handles.map((handle) => element('ReceiptHandle', handle)).join(''));
}

/** Reads the receipt handles of a BatchDeleteMessage request; undefined if the text is not one. */
export function readReceiptHandles(text: string): string[] | undefined {
  const root = readXmlRoot(text, 'ReceiptHandles');
  return root && xmlTexts(root, 'ReceiptHandle');
}

/** Reads the code of an SMQ error document; empty if the text is not one. */
export function readMnsErrorCode(text: string): string {
  const root = readXmlRoot(text, 'Error');
  const code = root ? xmlText(root, 'Code') : '';
  return /^[A-Za-z]+$/.test(code) ? code : '';
}

/** Writes an SMQ error document. */
export function writeMnsError(code: string, message: string): string {
  return document('Error', `${element('Code', code)}${element('Message', message)}`);
}

function document(name: string, inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} ${namespace}>${inner}</${name}>`;
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}
