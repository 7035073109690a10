import { LandfallError, type ErrorCode } from '#runtime';
import { readFormats } from './input-formats.js';

/** sharp throws plain errors that differ only in their text. The first matching row applies. */
const rows: readonly { pattern: RegExp; code: ErrorCode; detail: string | undefined }[] = [
  { pattern: /^Input file is missing/, code: 'internal.unexpected', detail: undefined },
  {
    pattern: /out of memory|(could not|unable to) allocate/i,
    code: 'internal.unexpected',
    detail: undefined,
  },
  {
    pattern: /exceeds pixel limit|Maximum supported image dimension/,
    code: 'media.too_many_pixels',
    detail: 'send an image with fewer pixels',
  },
  { pattern: /^timeout: /, code: 'media.timed_out', detail: 'send a smaller or simpler image' },
  {
    pattern:
      /unsupported image format|exceeds channel limit|decoding is not implemented|(not been built in|not configured)/i,
    code: 'media.unsupported',
    detail: `send ${readFormats}`,
  },
];

/**
 * Converts an error from sharp to a LandfallError. The original text may contain paths and rarely helps users, so it
 * stays in `cause`.
 */
export function toImageError(
  thrown: unknown,
  otherwise: 'media.damaged' | 'media.encoder_failed',
): LandfallError {
  if (thrown instanceof LandfallError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const row = rows.find(({ pattern }) => pattern.test(text));
  if (row) return new LandfallError(row.code, row.detail, { cause: thrown });
  const detail = otherwise === 'media.damaged' ? 'the file is truncated or cannot be decoded' : undefined;
  return new LandfallError(otherwise, detail, { cause: thrown });
}
