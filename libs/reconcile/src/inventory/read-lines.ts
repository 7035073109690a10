import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isLandfallError } from '#runtime';
import { invalid, type Manifest } from './manifest.js';
import type { ReportFiles } from './report-files.js';

type ReportFile = Manifest['files'][number];

/** Enough for a percent-encoded key of 1,023 bytes and the other columns. */
const lineMaxLength = 65_536;

/**
 * Verifies that a file is the one named by the manifest. It is read twice for this, so that no repair is based on a
 * damaged file.
 * @throws LandfallError reconcile.inventory_invalid
 */
export async function verifyFile(files: ReportFiles, { key, sizeBytes, md5 }: ReportFile): Promise<void> {
  const digest = createHash('md5');
  let received = 0;
  for await (const chunk of files.read(key)) {
    digest.update(chunk);
    received += chunk.length;
  }
  if (received !== sizeBytes) throw invalid(`${key} has ${received} of ${sizeBytes} bytes`);
  if (digest.digest('hex') !== md5) throw invalid(`${key}: its MD5 differs from the manifest`);
}

/**
 * Yields the lines of a gzip file while streaming it.
 * @throws LandfallError reconcile.inventory_invalid
 */
export async function* readLines(files: ReportFiles, { key }: ReportFile): AsyncGenerator<string> {
  const gunzip = createGunzip();
  // Its errors also surface in the loop below.
  pipeline(Readable.from(files.read(key)), gunzip).catch(() => undefined);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const chunk of gunzip) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
      if (rest.length > lineMaxLength) throw invalid(`${key}: a line is too long`);
    }
    rest += decoder.decode();
  } catch (error) {
    // Errors of zlib and the text decoder mean that the data is damaged.
    const { code = '' } = error as { code?: string };
    if (isLandfallError(error) || !/^(Z_|ERR_ENCODING)/.test(code)) throw error;
    throw invalid(`${key}: ${(error as Error).message}`, error);
  } finally {
    gunzip.destroy();
  }
  if (rest !== '') yield rest;
}
