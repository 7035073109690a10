import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Buckets } from './buckets.js';
import type { ObjectFacts } from './stored-object.js';

type OldSidecar = Pick<
  ObjectFacts,
  'key' | 'sizeBytes' | 'etag' | 'crc64' | 'contentMd5' | 'type' | 'mimeType' | 'headers'
> & { readonly dataFile: string };

/**
 * Converts a data folder of earlier releases, which kept one JSON file per object. Objects keep their bytes but get
 * the current time; unfinished multipart uploads are lost. Files are linked, not moved, and the old folder is removed
 * last, so that the conversion can restart after a crash.
 */
export async function convertOldFolder(dataDir: string, buckets: Buckets): Promise<void> {
  const old = join(dataDir, 'buckets');
  for (const name of await namesIn(old)) {
    const { createdAt } = await readJson<{ createdAt: string }>(join(old, name, 'bucket.json'));
    await buckets.create(name, { createdAt });
    const { objects } = buckets.get(name);
    const folder = join(old, name, 'objects');
    for (const file of (await namesIn(folder)).filter((file) => file.endsWith('.json'))) {
      const { dataFile, ...facts } = await readJson<OldSidecar>(join(folder, file));
      const path = join(buckets.incoming.folder, randomUUID());
      await link(join(folder, dataFile), path);
      await objects.put(
        path,
        { ...facts, acl: 'default', storageClass: 'Standard', tags: [], encryption: {} },
        { mayReplace: true },
      );
    }
  }
  await rm(old, { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
