import type { LandfallError, WarningCode } from '#runtime';
import { renderImages, type RenderedImage } from '#image';
import { failVersion, publishVersion, type MadeVersion } from '#uploads';
import { fetchWatermarks } from './fetch-watermarks.js';
import { focalPointOf } from './focal-point.js';
import { endingOf, renditionKey } from '../../publish/rendition-key.js';
import { type ImageAtHand, type MakerFrom, type Making, together } from '../base/making.js';
import type { Pending } from '../base/pending.js';

/** All images of an upload come from one decode. */
export const images: MakerFrom<'picture', 'image'> = {
  from: 'picture',
  divide: (own, making) => together(own, () => makeImages(own, making)),
};

/**
 * Makes the image renditions of one upload from one decode. Each is stored and published as it is made, the last together
 * with the fingerprint; those that cannot be made are marked as failed once rendering is over.
 */
async function makeImages(pending: readonly Pending<'image'>[], making: Making<ImageAtHand>): Promise<void> {
  const { worker, upload, source } = making;
  const { file, format, folder, warnings } = source;
  const { signal } = making.context;
  const byName = new Map(pending.map((rendition) => [rendition.name, rendition]));
  const specs = pending.map(({ spec }) => spec);
  const { store, limits } = worker;
  const kept = { store, limits: limits.image, bucket: upload.bucket, folder, signal };
  const watermarks = await fetchWatermarks(kept, specs);
  const extras = { format, focus: focalPointOf(upload.vars), watermarks };
  const stored = new Map<string, MadeVersion>();
  let last: { rendition: Pending; made: MadeVersion } | undefined;
  const publish = async (image: RenderedImage) => {
    const rendition = byName.get(image.name);
    if (!rendition) return;
    // The upload itself warns of the truncation, which explains the corruption.
    const own = warnings.includes('media.truncated')
      ? without(image.warnings, 'media.corrupt')
      : image.warnings;
    const twin = image.sameAs === undefined ? undefined : stored.get(image.sameAs);
    const made = twin ?? (await storeImage(making, rendition, { ...image, warnings: own }));
    stored.set(image.name, made);
    byName.delete(image.name);
    if (byName.size === 0) last = { rendition, made };
    else await publishVersion(worker.source, rendition, made);
  };
  const failed: [Pending, LandfallError][] = [];
  const fail = async (name: string, error: LandfallError) => {
    const rendition = byName.get(name);
    if (rendition) failed.push([rendition, error]);
    byName.delete(name);
  };
  const fingerprint = await renderImages({
    file,
    specs,
    limits: limits.image,
    signal,
    onRendition: publish,
    extras,
    onFailure: fail,
  });
  for (const [version, error] of failed) await failVersion(worker.source, version, error, fingerprint);
  if (last) await publishVersion(worker.source, last.rendition, last.made, fingerprint);
}

function without(warnings: readonly WarningCode[], one: WarningCode): WarningCode[] {
  return warnings.filter((warning) => warning !== one);
}

async function storeImage(
  { worker, upload, context }: Making,
  rendition: Pending,
  { data, mimeType, width, height, chosen, isKept, warnings }: RenderedImage,
): Promise<MadeVersion> {
  const objectKey = renditionKey(worker, upload, rendition, endingOf(mimeType));
  const sizeBytes = await worker.store.upload(
    { bucket: upload.bucket, objectKey },
    data,
    mimeType,
    context.signal,
  );
  const details = {
    ...(chosen ? { quality: chosen.quality, qualityReason: chosen.reason } : {}),
    ...(isKept ? { kept: true } : {}),
  };
  return { objectKey, mimeType, width, height, sizeBytes, durationMs: null, details, warnings };
}
