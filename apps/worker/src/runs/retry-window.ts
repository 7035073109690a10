import { LandfallError, toLandfallError } from '#runtime';
import type { Upload } from '#uploads';

/** A worker that died on something this often will die on it again. */
export const crashesMax = 8;

/** After this time a service that does not work for an upload is taken for gone, and the upload ends. */
const retryWindowMs = 24 * 3_600_000;

/** What passes is tried again and again, but not for ever. */
export function endRetryWindow(error: unknown, upload: Upload): unknown {
  const failure = toLandfallError(error);
  const ageMs = Date.now() - (upload.reprocessingSince ?? upload.createdAt).getTime();
  if (!failure.retryable || ageMs < retryWindowMs) return error;
  return new LandfallError('upload.timed_out', `tried for a day; the last time: ${failure.message}`, {
    cause: error,
  });
}
