import { refusal } from './refusals.js';

/** A range of bytes, both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a Range header like OSS: a single range. Anything unsatisfiable means the whole object (undefined), unless
 * the client requested standard behaviour.
 * @param standard whether the header `x-oss-range-behavior` is `standard`
 * @throws OssRefusal InvalidRange; without standard behaviour only for a suffix of 0 bytes
 */
export function readRange(
  header: string | undefined,
  sizeBytes: number,
  standard: boolean,
): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const suffix = first === '';
  if (suffix && Number(last) === 0) throw refusal('InvalidRange');
  const start = suffix ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = suffix || last === '' ? sizeBytes - 1 : Number(last);
  if (start > end && !(standard && start >= sizeBytes)) return undefined;
  if (start < sizeBytes && end < sizeBytes) return { start, end };
  if (!standard) return undefined;
  if (start >= sizeBytes) throw refusal('InvalidRange');
  return { start, end: sizeBytes - 1 };
}
