import type { BucketRecord } from '../store/bucket-record.js';
import { encryptionElements, encryptionOfHeaders } from '../settings/bucket-settings.js';

const headerNames: Readonly<Record<string, string>> = {
  SSEAlgorithm: 'x-oss-server-side-encryption',
  KMSMasterKeyID: 'x-oss-server-side-encryption-key-id',
  KMSDataEncryption: 'x-oss-server-side-data-encryption',
};

/**
 * The headers that report how an object is encrypted: as the upload requests, otherwise by the bucket's rule. They
 * are only stored and returned; the bytes are not encrypted.
 * @throws OssRefusal InvalidEncryptionAlgorithmError, InvalidArgument
 */
export function readEncryption(
  headers: Readonly<Record<string, string | undefined>>,
  { settings }: Pick<BucketRecord, 'settings'>,
): Record<string, string> {
  const rule = encryptionOfHeaders(headers) ?? settings['encryption'];
  if (rule === undefined) return {};
  return Object.fromEntries(
    encryptionElements({ encryption: rule }).map(([name, value]) => [
      headerNames[name] ?? name,
      String(value),
    ]),
  );
}
