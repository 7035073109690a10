import { randomBytes, type KeyObject } from 'node:crypto';
import { signCallback } from '#oss';
import { benchBucket, callbackSecret } from '../harness/target.js';

const callbackPath = `/callbacks/oss/${callbackSecret}`;

/**
 * Renders complete, signed HTTP requests as OSS sends them, each for a different object. Done before any measurement
 * starts. The Host header is not signed, so any receiver accepts them.
 */
export function renderCallbacks(count: number, privateKey: KeyObject, keyUrl: string): Buffer[] {
  const run = randomBytes(4).toString('hex');
  const keyUrlHeader = Buffer.from(keyUrl).toString('base64');
  return Array.from({ length: count }, (_, index) => {
    const body = Buffer.from(renderBody(run, index));
    const head = [
      `POST ${callbackPath} HTTP/1.1`,
      'Host: localhost',
      'Connection: keep-alive',
      `Content-Length: ${body.length}`,
      `Authorization: ${signCallback(callbackPath, body, privateKey)}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Date: ${new Date().toUTCString()}`,
      'User-Agent: aliyun-oss-callback',
      'x-oss-additional-headers: ',
      `x-oss-bucket: ${benchBucket}`,
      'x-oss-owner: 1234567890123456',
      `x-oss-pub-key-url: ${keyUrlHeader}`,
      `x-oss-request-id: ${hex(index, 24)}`,
      'x-oss-requester: 1234567890123456',
      'x-oss-signature-version: 1.0',
      'x-oss-tag: CALLBACK',
    ].join('\r\n');
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
  });
}

/** A callback body with every field that a gallery would use. */
function renderBody(run: string, index: number): string {
  const key = encodeURIComponent(`photos/${run}/user-${index % 1_000}/IMG ${index}.jpg`);
  return [
    `bucket=${benchBucket}`,
    `object=${key}`,
    `etag=${hex(index, 32)}`,
    `size=${1_000_000 + index}`,
    'mimeType=image%2Fjpeg',
    'imageInfo.height=3000',
    'imageInfo.width=4000',
    'imageInfo.format=jpg',
    `x:user_id=${index % 1_000}`,
    'x:album=Summer%202026',
  ].join('&');
}

function hex(number: number, length: number): string {
  return number.toString(16).toUpperCase().padStart(length, '0');
}
