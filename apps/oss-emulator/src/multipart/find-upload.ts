import { invalidArgument } from '#oss';
import type { Bucket } from '../store/buckets.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { UploadRecord } from '../store/upload-record.js';
import type { AddressedExchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';

export const maxPartNumber = 10_000;

/**
 * Finds the multipart upload that a request names.
 * @throws OssRefusal NoSuchBucket, NoSuchUpload
 */
export function findUpload(exchange: AddressedExchange, state: EmulatorState): [Bucket, UploadRecord] {
  const bucket = state.buckets.get(exchange.bucket);
  const uploadId = exchange.query['uploadId'] ?? '';
  const upload = bucket.uploads.get(uploadId, exchange.objectKey);
  if (!upload) throw refusal('NoSuchUpload', { UploadId: uploadId }, diagnosisOf(exchange));
  return [bucket, upload];
}

/** The EC of NoSuchUpload where it differs from the usual one. */
function diagnosisOf({ method, headers }: AddressedExchange): string | undefined {
  if (method !== 'PUT') return undefined;
  return headers['x-oss-copy-source'] === undefined ? '0042-00000104' : '0042-00000311';
}

/** @throws OssRefusal InvalidArgument */
export function readPartNumber({ partNumber: text = '' }: AddressedExchange['query']): number {
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= maxPartNumber) return partNumber;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive.', undefined, {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}
