import {
  publishVersion,
  type MadeVersion,
  type RenditionVersion,
  reserveObjects,
  type Upload,
} from '#uploads';
import type { MadeFile, MadeRendition } from '#media';
import { join } from 'node:path';
import { endingOf, renditionKey } from './rendition-key.js';
import { storeAll } from './store-all.js';
import type { WorkerContext } from '../worker-context.js';

/** Stores every file of a rendition, the one to hand out last, and marks it ready. What nobody wants any more is not stored. */
export async function publishFiles(
  worker: WorkerContext,
  upload: Upload,
  rendition: Pick<RenditionVersion, 'name' | 'specHash'>,
  made: MadeRendition,
  outDir: string,
  signal: AbortSignal,
): Promise<void> {
  const stored = await storeFiles(worker, upload, rendition, made, outDir, signal);
  if (stored) await publishVersion(worker.source, upload.id, rendition.name, stored);
}

/** As `publishFiles`, without telling anybody; null when nobody wants it any more. */
export async function storeFiles(
  worker: WorkerContext,
  upload: Upload,
  rendition: Pick<RenditionVersion, 'name' | 'specHash'>,
  { files, main, width, height, durationMs, encoder, details, warnings = [] }: MadeRendition,
  outDir: string,
  signal: AbortSignal,
): Promise<MadeVersion | null> {
  const { specHash, name } = rendition;
  const mimeType = files.find((file) => file.path === main)?.mimeType ?? 'application/octet-stream';
  const single = files.length === 1;
  const base = renditionKey(worker, upload, rendition, single ? endingOf(mimeType) : '');
  const objectKey = single ? base : `${base}/${main}`;
  if (!(await reserveObjects(worker.source, upload.id, { name, specHash, objectKey }))) return null;
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
  return { specHash, objectKey, mimeType, width, height, sizeBytes, durationMs, encoder, details, warnings };
}
