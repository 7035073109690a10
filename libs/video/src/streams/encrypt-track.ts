import { createCipheriv, createHmac } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Encryption, Listed } from '#playlists';
import type { Segment } from '#playlists';

/** Length of a key and of a block of AES-128 in bytes. */
const keyBytes = 16;

/**
 * How the files of a stream are encrypted with a key of 16 bytes. The initialisation vector of a track follows from key
 * and folder: nobody without the key can tell it beforehand, and a stream that is made again is the same.
 */
export function encryptionWith(key: Buffer): Encryption {
  return { keyUri: '../key', ivOf: (folder) => vectorOf(key, folder).toString('hex') };
}

function vectorOf(key: Buffer, folder: string): Buffer {
  return createHmac('sha256', key).update(`iv\n${folder}`).digest().subarray(0, keyBytes);
}

/** Encrypts the files of a track in place, and returns it with the sizes that they have now. */
export async function encryptTrack<T extends Listed>(outDir: string, track: T, key: Buffer): Promise<T> {
  const vector = vectorOf(key, track.folder);
  const segments: Segment[] = [];
  if (track.initPath !== null) await encryptFile(join(outDir, track.initPath), key, vector);
  for (const segment of track.segments) {
    segments.push({ ...segment, sizeBytes: await encryptFile(join(outDir, segment.path), key, vector) });
  }
  return { ...track, segments };
}

/** Encrypts the whole file; the last block is padded as PKCS #7 says. Returns its size then. */
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
