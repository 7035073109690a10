import { maxKeyBytes } from '#oss';
import { refusal } from '../wire/refusals.js';

/**
 * Validates an object key by OSS's rules.
 * @throws OssRefusal InvalidObjectName unless the key has 1 to 1023 bytes and no leading `/` or `\`
 */
export function checkObjectKey(key: string): void {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes < 1 || sizeBytes > maxKeyBytes || /^[/\\]/.test(key)) throw refusal('InvalidObjectName');
}
