import type { LandfallError, WarningCode } from '#runtime';
import { renderImages, type RenderedImage } from '#image';
import type { JobContext } from '#jobs';
import type { ImageSpec } from '#pipelines';
import { failVersion, publishVersion, type MadeVersion, type RenditionVersion, type Upload } from '#uploads';
import { fetchWatermarks } from './fetch-watermarks.js';
import { focalPointOf } from './focal-point.js';
import { endingOf, renditionKey } from '../../publish/rendition-key.js';
import type { ImageAtHand } from './with-image.js';
import type { WorkerContext } from '../../worker-context.js';

/**
 * Makes the image renditions of one upload from one decode; each is stored and published as it is made, the last one
 * together with the placeholder. One that can never be made ends as failed, after the others.
 */
export async function makeImages(
  worker: WorkerContext,
  upload: Upload,
  pending: readonly RenditionVersion[],
  { file, format, folder, warnings }: Pick<ImageAtHand, 'file' | 'format' | 'folder' | 'warnings'>,
  { signal }: JobContext,
): Promise<void> {
  const byName = new Map(pending.map((rendition) => [rendition.name, rendition]));
  const specs = pending.map((rendition) => rendition.spec as ImageSpec);
  const watermarks = await fetchWatermarks(worker, upload, specs, folder, signal);
  const extras = { format, focus: focalPointOf(upload.vars), watermarks };
  const stored = new Map<string, MadeVersion>();
  let last: { name: string; made: MadeVersion } | undefined;
  const publish = async (image: RenderedImage) => {
    const rendition = byName.get(image.name);
    if (!rendition) return;
    // That it ends early is told of the upload, and says it all.
    const own = warnings.includes('media.truncated')
      ? without(image.warnings, 'media.corrupt')
      : image.warnings;
    const twin = image.sameAs === undefined ? undefined : stored.get(image.sameAs);
    const { specHash } = rendition;
    const made = twin
      ? { ...twin, specHash }
      : await storeImage(worker, upload, rendition, { ...image, warnings: own }, signal);
    stored.set(image.name, made);
    byName.delete(image.name);
    if (byName.size === 0) last = { name: image.name, made };
    else await publishVersion(worker.source, upload.id, image.name, made);
  };
  const failed: [RenditionVersion, LandfallError][] = [];
  const fail = async (name: string, error: LandfallError) => {
    const rendition = byName.get(name);
    if (rendition) failed.push([rendition, error]);
    byName.delete(name);
  };
  const { image: limits } = worker.limits;
  const fingerprint = await renderImages(file, specs, limits, signal, publish, extras, fail);
  for (const [version, error] of failed) await failVersion(worker.source, version, error, fingerprint);
  if (last) await publishVersion(worker.source, upload.id, last.name, last.made, fingerprint);
}

function without(warnings: readonly WarningCode[], one: WarningCode): WarningCode[] {
  return warnings.filter((warning) => warning !== one);
}

async function storeImage(
  worker: WorkerContext,
  upload: Upload,
  rendition: RenditionVersion,
  { data, mimeType, width, height, warnings }: RenderedImage,
  signal: AbortSignal,
): Promise<MadeVersion> {
  const objectKey = renditionKey(worker, upload, rendition, endingOf(mimeType));
  const sizeBytes = await worker.store.upload({ bucket: upload.bucket, objectKey }, data, mimeType, signal);
  const { specHash } = rendition;
  return { specHash, objectKey, mimeType, width, height, sizeBytes, durationMs: null, warnings };
}
