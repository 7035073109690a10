import { createCipheriv, createHmac } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Encryption, Listed } from '#playlists';
import type { Segment } from '#playlists';

/** Size of an AES-128 key and of an AES block, in bytes. */
const keyBytes = 16;

/**
 * How a key of 16 bytes encrypts the files of a stream. The IV of a track is derived from the key and the folder: it is
 * unpredictable without the key, and the same when the stream is made again.
 */
export function encryptionWith(key: Buffer): Encryption {
  return { keyUri: '../key', ivOf: (folder) => vectorOf(key, folder).toString('hex') };
}

function vectorOf(key: Buffer, folder: string): Buffer {
  return createHmac('sha256', key).update(`iv\n${folder}`).digest().subarray(0, keyBytes);
}

/** Encrypts the files of a track in place and returns the track with the new sizes. */
export async function encryptTrack<T extends Listed>(outDir: string, track: T, key: Buffer): Promise<T> {
  const vector = vectorOf(key, track.folder);
  const segments: Segment[] = [];
  if (track.initPath !== null) await encryptFile(join(outDir, track.initPath), key, vector);
  for (const segment of track.segments) {
    segments.push({ ...segment, sizeBytes: await encryptFile(join(outDir, segment.path), key, vector) });
  }
  return { ...track, segments };
}

/** Encrypts a whole file with PKCS #7 padding. Returns its new size in bytes. */
async function encryptFile(path: string, key: Buffer, vector: Buffer): Promise<number> {
  const hidden = `${path}.hidden`;
  await pipeline(
    createReadStream(path),
    createCipheriv('aes-128-cbc', key, vector),
    createWriteStream(hidden),
  );
  await rename(hidden, path);
  return (await stat(path)).size;
}
