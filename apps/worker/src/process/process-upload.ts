import { readImageFacts, withoutLocation, type ImageFacts } from '#image';
import type { MakingJob } from '#outbox';
import { type Damaged, planRenditions } from '#pipelines';
import { isLandfallError, LandfallError, type WarningCode } from '#runtime';
import { withRangeProxy } from '#storage';
import { findTicketOf, isConfirmed, recordPlan, type ConfirmedUpload, type Upload } from '#uploads';
import { probeMedia, withoutPlaces, type MediaFacts } from '#video';
import { makeFrom } from '../makers/makers.js';
import { pendingOf } from '../makers/base/pending.js';
import {
  claimedKind,
  sniffLength,
  sniffMedia,
  type SniffedMedia,
  unknownMedia,
} from '../objects/sniff-media.js';
import { isFolderMarker, refuseSize } from '../objects/check-object.js';
import { fetchObject, type FetchedObject } from '../objects/fetch-object.js';
import type { RunContext } from '../runs/run-work.js';
import { withImage } from '../makers/image/with-image.js';
import { workerFor, type WorkerContext } from '../worker-context.js';

/**
 * The job `upload.process`: checks the object against OSS, detects its real type, plans its renditions and makes the quick
 * ones.
 */
export async function processUpload(
  worker: WorkerContext,
  landed: Upload,
  job: MakingJob,
  context: RunContext,
): Promise<void> {
  const object = await fetchObject(worker, landed, context.signal);
  if (!object) return;
  const { upload, bytes } = object;
  const processing = { worker, upload, job, context };
  // Our own renditions and folder markers are not media to process.
  if (upload.objectKey.startsWith(worker.renditionPrefix) || isFolderMarker(upload)) {
    await plan(processing, { kind: 'other', mimeType: upload.mimeType }, {});
    return;
  }
  refuseSize(upload, worker.limits.objectMaxBytes);
  const start =
    bytes?.subarray(0, sniffLength) ?? (await worker.store.readStart(upload, sniffLength, context.signal));
  const sniffed = await sniffMedia(start, upload.mimeType);
  const claimed = claimedKind(upload.mimeType, upload.objectKey);
  // No known signature, e.g. an MP3 with junk before its first frame: only ffprobe can tell whether it is media.
  if (sniffed.isUnknown && (claimed === 'video' || claimed === 'audio'))
    return processTimed(processing, { ...sniffed, kind: claimed, mimeType: timedType(upload) });
  refuseDisguise(sniffed, upload);
  if (await isPicture(worker, upload, sniffed)) await processImage(processing, object, sniffed);
  else if (sniffed.kind === 'other' || sniffed.kind === 'document') await plan(processing, sniffed, {});
  else await processTimed(processing, sniffed);
}

/** One upload that a job processes. */
interface Processing {
  readonly worker: WorkerContext;
  readonly upload: ConfirmedUpload;
  readonly job: MakingJob;
  readonly context: RunContext;
}

/** The claimed video or audio type, for bytes without a known signature. */
function timedType({ mimeType }: ConfirmedUpload): string {
  return /^(video|audio)\//.test(mimeType) ? mimeType : unknownMedia.mimeType;
}

/** Errors of a probe that mean the bytes are not playable media. */
const notMedia: ReadonlySet<string> = new Set(['media.damaged', 'media.unsupported', 'media.no_stream']);

/** @throws LandfallError media.type_mismatch for a file that claims to be media but is not */
function refuseDisguise(sniffed: SniffedMedia, upload: Upload, cause?: unknown): void {
  const claimed = claimedKind(upload.mimeType, upload.objectKey);
  if (sniffed.kind !== 'other' || claimed === 'other') return;
  throw new LandfallError(
    'media.type_mismatch',
    `${upload.objectKey} claims to be ${claimed}, but its bytes are ${sniffed.mimeType}`,
    { cause },
  );
}

/** A document counts as a picture only if a pipeline wants it; otherwise a damaged one must not fail the upload. */
async function isPicture(
  worker: WorkerContext,
  upload: ConfirmedUpload,
  { kind, mimeType }: SniffedMedia,
): Promise<boolean> {
  if (kind !== 'document') return kind === 'image';
  const ticket = await findTicketOf(worker.source, upload);
  const described = { ...upload, kind, mimeType, sizeBytes: Number(upload.sizeBytes) };
  return planRenditions(worker.pipelines, described, ticket?.pipeline) !== null;
}

async function processImage(
  processing: Processing,
  object: FetchedObject,
  sniffed: SniffedMedia,
): Promise<void> {
  const { worker, upload, job, context } = processing;
  const { imageMaxBytes } = worker.limits;
  if (Number(upload.sizeBytes) > imageMaxBytes) {
    throw new LandfallError(
      'object.too_large',
      `${upload.sizeBytes} bytes; IMAGE_MAX_BYTES is ${imageMaxBytes}`,
    );
  }
  await withImage(worker, object, context, async (opened) => {
    const { format, mimeType, reported } = opened;
    const facts = {
      ...(await readImageFacts(opened.file, worker.limits.image, { keepLocation: true })),
      format,
      mimeType,
      ...reported,
    };
    const { warnings } = opened;
    await plan(processing, { ...sniffed, mimeType }, facts, warnings);
    const pending = await pendingOf(worker, upload, job, context.logger);
    await makeFrom('picture', { worker, upload, context, source: opened }, pending);
  });
}

/** Probes video or audio and makes its stills through the range proxy, without downloading the whole file. */
async function processTimed(processing: Processing, sniffed: SniffedMedia): Promise<void> {
  const { worker, upload, job, context } = processing;
  await withRangeProxy(worker.store, upload, context.signal, async (url, { signal }) => {
    const facts = await probeMedia(worker.tools, url, worker.limits.video, signal).catch((error: unknown) => {
      if (sniffed.isUnknown && isLandfallError(error) && notMedia.has(error.code))
        refuseDisguise(unknownMedia, upload, error);
      throw error;
    });
    const damaged = await plan(processing, { ...sniffed, kind: facts.kind }, { ...facts });
    const pending = await pendingOf(worker, upload, job, context.logger);
    if (pending.length === 0) return;
    const making = { worker: workerFor(worker, damaged), upload, context: { ...context, signal } };
    await worker.scratch.withFolder((folder) =>
      makeFrom('ranges', { ...making, source: { source: url, facts, folder } }, pending),
    );
  });
}

/** Plans an upload's renditions, again if its vars or ticket changed meanwhile. @returns the policy for truncated files */
async function plan(
  processing: Processing,
  { kind, mimeType }: Pick<SniffedMedia, 'kind' | 'mimeType'>,
  facts: ImageFacts | MediaFacts | Record<string, never>,
  warnings: readonly WarningCode[] = [],
): Promise<Damaged> {
  const { worker, upload, job, context } = processing;
  const ticket = await findTicketOf(worker.source, upload);
  if (ticket?.maxBytes && Number(upload.sizeBytes) > Number(ticket.maxBytes)) {
    throw new LandfallError(
      'object.too_large',
      `${upload.sizeBytes} bytes; its ticket allows ${ticket.maxBytes}`,
    );
  }
  const planned = planRenditions(
    worker.pipelines,
    { ...upload, kind, mimeType, sizeBytes: Number(upload.sizeBytes) },
    ticket?.pipeline,
  );
  const renditions = planned?.renditions ?? [];
  const damaged = planned?.damaged ?? 'repair';
  if (damaged === 'fail' && warnings.includes('media.truncated'))
    throw new LandfallError('media.damaged', 'the file is truncated, and its pipeline has damaged: fail');
  const changed = await recordPlan(
    worker.source,
    upload.id,
    {
      kind,
      mimeType,
      ...splitFacts(facts, planned?.keepLocation ?? false),
      warnings,
      pipeline: planned?.pipeline ?? null,
      renditions,
    },
    { job, urgency: context.urgency, upload },
  );
  if (changed && isConfirmed(changed))
    return plan({ ...processing, upload: changed }, { kind, mimeType }, facts, warnings);
  return damaged;
}

/** Separates the raw tags from the metadata, and drops location data unless the pipeline keeps it. */
function splitFacts(
  facts: ImageFacts | MediaFacts | Record<string, never>,
  keepLocation: boolean,
): { metadata: object; rawTags: object | null } {
  if (!hasRaw(facts)) return { metadata: facts, rawTags: null };
  const { raw, ...metadata } = keepLocation ? facts : withoutWhere(facts);
  return { metadata, rawTags: raw };
}

const hasRaw = (facts: object): facts is ImageFacts | MediaFacts => 'raw' in facts;
const withoutWhere = (facts: ImageFacts | MediaFacts): ImageFacts | MediaFacts =>
  'streams' in facts ? withoutPlaces(facts) : withoutLocation(facts);
