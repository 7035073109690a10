import { LandfallError } from '#runtime';
import type { ObjectAddress } from './object-address.js';
import { readAtMost } from './read-at-most.js';
import { readErrorCode } from './read-xml.js';

/** An error document contains at most the signed text, which the headers of a request bound. */
const errorMaxBytes = 65_536;

/** Creates the error for an answer that is not 2xx. Reads OSS's code from the XML; the answer to a HEAD request has none. */
export async function refusalOf(answer: Response, address: ObjectAddress): Promise<LandfallError> {
  const text = (await readAtMost(answer, errorMaxBytes)).toString('utf8');
  const code = readErrorCode(text);
  const context = {
    ...address,
    status: answer.status,
    code,
    requestId: answer.headers.get('x-oss-request-id'),
  };
  const where = `${address.bucket}/${address.objectKey}`;
  if (answer.status === 404) return new LandfallError('object.missing', where, { context });
  if (answer.status === 412) return new LandfallError('object.changed', where, { context });
  if (code === 'InvalidObjectState') {
    return new LandfallError('storage.refused', `${where} is archived; restore it first`, { context });
  }
  if (answer.status === 401 || answer.status === 403) {
    return new LandfallError(
      'storage.denied',
      `${where}: OSS answered ${answer.status} ${code}; check the access key, its policy and the clock`,
      { context },
    );
  }
  const passing = answer.status >= 500 || answer.status === 408 || answer.status === 429;
  const detail = `${where}: OSS answered ${answer.status} ${code}`;
  return new LandfallError(passing ? 'storage.unavailable' : 'storage.refused', detail, { context });
}

/**
 * The content codings of HTTP. Other values have no effect: uploaders set a charset, `binary`,
 * `none` or `aws-chunked`.
 */
const codings: ReadonlySet<string> = new Set(
  'aes128gcm br compress dcb dcz deflate exi gzip pack200-gzip x-compress x-gzip zstd'.split(' '),
);

/**
 * Refuses objects that are stored compressed: fetch decodes them, so the length is unknown and
 * unbounded, and the ETag belongs to other bytes.
 * @throws LandfallError object.encoded
 */
export function refuseEncoded(answer: Response, address: ObjectAddress): Response {
  const encoding = answer.headers.get('content-encoding');
  if (encoding === null || !encoding.split(',').some((one) => codings.has(one.trim().toLowerCase())))
    return answer;
  discard(answer);
  throw new LandfallError('object.encoded', `${address.bucket}/${address.objectKey}: ${encoding}`);
}

/** Discards the rest of an answer. Ignores a connection that has broken meanwhile. */
export function discard(answer: Response): void {
  answer.body?.cancel().catch(() => undefined);
}

/**
 * Converts anything a request threw to a LandfallError. The cause of a failed fetch names host and
 * port, never the signed URL.
 */
export function translateStorageFailure(thrown: unknown, address: ObjectAddress): LandfallError {
  if (thrown instanceof LandfallError) return thrown;
  const reason = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const code = (reason as { code?: unknown }).code;
  if (code === 'ENOSPC') return new LandfallError('media.scratch_full', undefined, { cause: reason });
  const detail = `${address.bucket}/${address.objectKey}: ${reason instanceof Error ? reason.message : String(reason)}`;
  return new LandfallError('storage.unavailable', detail, { cause: reason });
}
