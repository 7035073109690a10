import { readImageFacts, type ImageFacts } from '#image';
import type { JobContext } from '#jobs';
import { planRenditions } from '#pipelines';
import { LandfallError } from '#runtime';
import { findTicketOf, pendingRenditions, recordPlan, type Upload } from '#uploads';
import { probeMedia, type MediaFacts } from '#video';
import { join } from 'node:path';
import { makeImages } from './make-images.js';
import { makePosters } from './make-posters.js';
import { claimedKind, sniffLength, sniffMedia, type SniffedMedia } from './sniff-media.js';
import { checkObject } from './check-object.js';
import type { Workbench } from './workbench.js';

/**
 * The job `upload.process`: asks OSS whether the object is what the callback said, reads what it really is, plans its
 * renditions and makes the short ones.
 */
export async function processUpload(bench: Workbench, landed: Upload, context: JobContext): Promise<void> {
  // What we made ourselves is no upload to make something of.
  if (landed.objectKey.startsWith(bench.renditionPrefix)) {
    return plan(
      bench,
      landed,
      { kind: 'other', mimeType: landed.mimeType ?? 'application/octet-stream' },
      {},
    );
  }
  const upload = await checkObject(bench, landed, context.signal);
  const start = await bench.store.readStart(upload, sniffLength, context.signal);
  const sniffed = await sniffMedia(start, upload.mimeType);
  refuseDisguise(sniffed, upload);
  if (sniffed.kind === 'image') await processImage(bench, upload, sniffed, context);
  else if (sniffed.kind === 'other') await plan(bench, upload, sniffed, {});
  else await processTimed(bench, upload, sniffed, context);
}

/** A file that says it is media but is not: better a clear failure than silence. */
function refuseDisguise(sniffed: SniffedMedia, upload: Upload): void {
  const claimed = claimedKind(upload.mimeType, upload.objectKey);
  if (sniffed.kind !== 'other' || claimed === 'other') return;
  throw new LandfallError(
    'media.type_mismatch',
    `${upload.objectKey} claims to be ${claimed}, its bytes are ${sniffed.mimeType}`,
  );
}

async function processImage(
  bench: Workbench,
  upload: Upload,
  sniffed: SniffedMedia,
  context: JobContext,
): Promise<void> {
  const { imageMaxBytes } = bench.limits;
  if (Number(upload.sizeBytes) > imageMaxBytes) {
    throw new LandfallError(
      'object.too_large',
      `${upload.sizeBytes} bytes; IMAGE_MAX_BYTES is ${imageMaxBytes}`,
    );
  }
  await bench.scratch.withFolder(async (folder) => {
    const file = join(folder, 'original');
    await bench.store.download(upload, upload.etag, file, context.signal);
    const facts = await readImageFacts(file, bench.limits.image);
    await plan(bench, upload, { ...sniffed, mimeType: facts.mimeType }, { ...facts });
    const pending = await pendingRenditions(bench.source, upload.id, 'thumbnail');
    if (pending.length > 0) await makeImages(bench, upload, pending, file, context);
  });
}

/** Video and audio: facts and poster are read over HTTP, without the whole file. */
async function processTimed(
  bench: Workbench,
  upload: Upload,
  sniffed: SniffedMedia,
  context: JobContext,
): Promise<void> {
  const url = bench.store.signOwnUrl(upload);
  const facts = await probeMedia(bench.tools, url, bench.limits.video, context.signal);
  await plan(bench, upload, { ...sniffed, kind: facts.kind }, { ...facts });
  const pending = await pendingRenditions(bench.source, upload.id, 'thumbnail');
  if (pending.length > 0) await makePosters(bench, upload, pending, { url, facts }, context);
}

async function plan(
  bench: Workbench,
  upload: Upload,
  { kind, mimeType }: SniffedMedia,
  facts: Partial<ImageFacts> | Partial<MediaFacts>,
): Promise<void> {
  const ticket = await findTicketOf(bench.source, upload);
  if (ticket?.maxBytes && Number(upload.sizeBytes) > Number(ticket.maxBytes)) {
    throw new LandfallError(
      'object.too_large',
      `${upload.sizeBytes} bytes; its ticket is for ${ticket.maxBytes}`,
    );
  }
  const planned = planRenditions(bench.pipelines, { ...upload, kind }, ticket?.pipeline);
  await recordPlan(bench.source, upload.id, {
    kind,
    mimeType,
    metadata: { ...facts },
    pipeline: planned?.pipeline ?? null,
    renditions: planned?.renditions ?? [],
  });
}
