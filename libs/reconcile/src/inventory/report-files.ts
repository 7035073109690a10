import { createReadStream } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isLandfallError, LandfallError } from '#runtime';
import { type ObjectStore, readObjectRange } from '#storage';

/** Access to the files of an inventory report. */
export interface ReportFiles {
  /** Location for messages. */
  readonly where: string;
  /** Reads the manifest or its checksum. */
  readText(name: 'manifest.json' | 'manifest.checksum'): Promise<string>;
  /**
   * Reads a file named in the manifest.
   * @param key as in the manifest
   */
  read(key: string): AsyncIterable<Uint8Array>;
}

/** A manifest names at most a thousand files of 150 bytes each. */
const manifestMaxBytes = 4_194_304;

/**
 * Opens a report.
 * @param inventory `oss://<bucket>/<key>`, where the key is a manifest.json or a prefix of several reports, of which
 * the newest is used; or the path of a local manifest.json
 * @throws LandfallError reconcile.inventory_missing
 */
export async function openReport(
  store: ObjectStore,
  inventory: string,
  signal: AbortSignal,
): Promise<ReportFiles> {
  const [, bucket, path = ''] = /^oss:\/\/([^/]+)\/?(.*)$/s.exec(inventory) ?? [];
  if (bucket === undefined) return localFiles(inventory);
  const manifest = path.endsWith('manifest.json')
    ? path
    : await newestManifest(store, { bucket, path }, signal);
  return storedFiles(store, { bucket, manifest }, signal);
}

function storedFiles(
  store: ObjectStore,
  { bucket, manifest }: { bucket: string; manifest: string },
  signal: AbortSignal,
): ReportFiles {
  const where = `oss://${bucket}/${manifest}`;
  return {
    where,
    async readText(name) {
      const objectKey = manifest.slice(0, -'manifest.json'.length) + name;
      try {
        const bytes = await store.readStart({ bucket, objectKey }, manifestMaxBytes, signal);
        return bytes.toString('utf8');
      } catch (error) {
        throw isLandfallError(error, 'object.missing')
          ? missing(`oss://${bucket}/${objectKey}`, error)
          : error;
      }
    },
    async *read(objectKey) {
      const { etag, sizeBytes } = await store.head({ bucket, objectKey }, signal);
      yield* readObjectRange(store, { bucket, objectKey, etag }, { first: 0, last: sizeBytes - 1 }, signal);
    },
  };
}

async function localFiles(manifest: string): Promise<ReportFiles> {
  const folder = dirname(manifest);
  return {
    where: manifest,
    async readText(name) {
      const path = name === 'manifest.json' ? manifest : join(folder, name);
      try {
        if ((await stat(path)).size <= manifestMaxBytes) return await readFile(path, 'utf8');
      } catch (error) {
        throw missing(path, error);
      }
      throw new LandfallError('reconcile.inventory_invalid', `${path} is too large for a manifest`);
    },
    async *read(key) {
      // Laid out as in the bucket, or all in one folder.
      const paths = [join(folder, '..', 'data', basename(key)), join(folder, basename(key))];
      const found = await Promise.all(
        paths.map((path) =>
          access(path).then(
            () => path,
            () => null,
          ),
        ),
      );
      const path = found.find((one) => one !== null);
      if (!path) throw new LandfallError('reconcile.inventory_missing', paths.join(' or '));
      yield* createReadStream(path);
    },
  };
}

/** A rule's reports are in folders named after the time when the scan began: 2026-11-28T16-00Z. */
const dated = /(?:^|\/)(\d{4}-\d\d-\d\dT\d\d-\d\dZ)\/manifest\.json$/;

async function newestManifest(
  store: ObjectStore,
  { bucket, path }: { bucket: string; path: string },
  signal: AbortSignal,
): Promise<string> {
  let newest = { date: '', key: '' };
  for (let token: string | null = ''; token !== null;) {
    const { objects, nextToken } = await store.list(bucket, path, { token }, signal);
    for (const { objectKey } of objects) {
      const date = dated.exec(objectKey)?.[1] ?? '';
      if (date > newest.date) newest = { date, key: objectKey };
    }
    token = nextToken;
  }
  if (newest.key) return newest.key;
  throw new LandfallError('reconcile.inventory_missing', `no manifest.json below oss://${bucket}/${path}`);
}

function missing(where: string, cause: unknown): LandfallError {
  return new LandfallError('reconcile.inventory_missing', where, { cause });
}
