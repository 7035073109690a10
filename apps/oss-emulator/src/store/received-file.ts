import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Crc64, etagOfMd5 } from '#oss';
import { writeStream } from '#runtime';
import { refusal } from '../wire/refusals.js';
import type { Incoming } from './store.js';

/** Maximum size of an object, or of a part, in one request. */
export const maxBodyBytes = 5 * 1024 ** 3;

/** Bytes written to a temporary file, with their checksums. */
export interface ReceivedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** MD5 as upper-case hex. */
  readonly etag: string;
  /** MD5 as base64. */
  readonly contentMd5: string;
  readonly crc64: string;
}

/** The checksums that the sender claims, verified before the bytes are accepted. */
export interface ClaimedSums {
  readonly contentMd5?: string | undefined;
  readonly crc64?: string | undefined;
}

/**
 * Writes a stream to a new file, with at most one chunk in memory. Removes the file if the stream fails or a checksum
 * differs from the claimed one.
 * @throws OssRefusal EntityTooLarge, InvalidDigest, InvalidCRC64; the error of the stream
 */
export async function receiveFile(
  body: Readable,
  { folder, flush }: Incoming,
  claimed: ClaimedSums = {},
  maxBytes = maxBodyBytes,
): Promise<ReceivedFile> {
  const path = join(folder, randomUUID());
  const md5 = createHash('md5');
  const crc64 = new Crc64();
  let sizeBytes = 0;
  try {
    await writeStream(
      path,
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sizeBytes += chunk.length;
          if (sizeBytes > maxBytes) throw refusal('EntityTooLarge');
          md5.update(chunk);
          crc64.update(chunk);
          yield chunk;
        }
      },
      { flush },
    );
    const digest = md5.digest();
    const file = {
      path,
      sizeBytes,
      etag: etagOfMd5(digest),
      contentMd5: digest.toString('base64'),
      crc64: crc64.digest(),
    };
    if (claimed.contentMd5 !== undefined && claimed.contentMd5 !== file.contentMd5)
      throw refusal('InvalidDigest');
    if (claimed.crc64 !== undefined && claimed.crc64 !== file.crc64) throw refusal('InvalidCRC64');
    return file;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Runs `work`, which moves a received file into place; removes the file if it fails. */
export async function placeFile<T>({ path }: ReceivedFile, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
