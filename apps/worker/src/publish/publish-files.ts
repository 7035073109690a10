import { publishVersion, type MadeVersion, reserveObjects, type Upload, type VersionRef } from '#uploads';
import type { MadeFile, MadeRendition } from '#media';
import { join } from 'node:path';
import { endingOf, renditionKey } from './rendition-key.js';
import { storeAll } from './store-all.js';
import type { WorkerContext } from '../worker-context.js';

/** Context for publishing an upload's files. */
export interface Publishing {
  readonly worker: WorkerContext;
  readonly upload: Upload;
  readonly signal: AbortSignal;
}

/** Stores the files of a version, the main one last, and publishes it; does nothing if the version is no longer wanted. */
export async function publishFiles(
  publishing: Publishing,
  version: VersionRef,
  made: MadeRendition,
  outDir: string,
): Promise<void> {
  const stored = await storeFiles(publishing, version, made, outDir);
  if (stored) await publishVersion(publishing.worker.source, version, stored);
}

/** Stores files as `publishFiles` does, without publishing; null if the version is no longer wanted. */
export async function storeFiles(
  { worker, upload, signal }: Publishing,
  version: VersionRef,
  { files, main, width, height, durationMs, encoder, details, warnings = [] }: MadeRendition,
  outDir: string,
): Promise<MadeVersion | null> {
  const mimeType = files.find((file) => file.path === main)?.mimeType ?? 'application/octet-stream';
  const single = files.length === 1;
  const base = renditionKey(worker, upload, version, single ? endingOf(mimeType) : '');
  const objectKey = single ? base : `${base}/${main}`;
  if (!(await reserveObjects(worker.source, version, objectKey))) return null;
  const { bucket } = upload;
  const isMain = (file: MadeFile) => file.path === main;
  let sizeBytes: number;
  if (single)
    sizeBytes = await worker.store.upload(
      { bucket, objectKey },
      { file: join(outDir, main) },
      mimeType,
      signal,
    );
  else {
    const place = { bucket, base, outDir };
    const others = files.filter((file) => !isMain(file));
    sizeBytes = await storeAll(worker.store, place, others, signal);
    sizeBytes += await storeAll(worker.store, place, files.filter(isMain), signal);
  }
  return { objectKey, mimeType, width, height, sizeBytes, durationMs, encoder, details, warnings };
}
