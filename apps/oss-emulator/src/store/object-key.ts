import { maxKeyBytes } from '#oss';
import { refusal } from '../wire/refusals.js';

/** @throws OssRefusal InvalidObjectName for what OSS would not store: 1 to 1023 bytes, no leading `/` or `\` */
export function checkObjectKey(key: string): void {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes < 1 || sizeBytes > maxKeyBytes || /^[/\\]/.test(key)) throw refusal('InvalidObjectName');
}
