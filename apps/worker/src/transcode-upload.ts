import type { JobContext } from '#jobs';
import type { JobName } from '#outbox';
import type { AudioSpec, HlsSpec, Mp4Spec } from '#pipelines';
import { pendingRenditions, publishRendition, type Rendition, type Upload } from '#uploads';
import { probeMedia, transcodeAudio, transcodeVideo, type MadeFile, type MadeRendition, type Progress } from '#video';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkObject } from './check-object.js';
import { endingOf, renditionKey } from './rendition-key.js';
import type { Workbench } from './workbench.js';

/** A stream is hundreds of small files: a few at a time keep the connection busy. */
const storesAtOnce = 4;

/**
 * The jobs `upload.transcode` and `upload.retranscode`: make the streams and files of a video or sound that are not ready
 * yet, or not as they are wanted now.
 */
export async function transcodeUpload(
  bench: Workbench,
  upload: Upload,
  job: JobName,
  context: JobContext,
): Promise<void> {
  const pending = await pendingRenditions(bench.source, upload.id, job);
  if (pending.length === 0) return;
  await checkObject(bench, upload, context.signal);
  await bench.scratch.withFolder(async (folder) => {
    const original = join(folder, 'original');
    const outDir = join(folder, 'made');
    await mkdir(outDir);
    await bench.store.download(upload, upload.etag, original, context.signal);
    for (const [rendition, made] of await transcode(bench, pending, original, outDir, context)) {
      await publish(bench, upload, rendition, made, outDir, context.signal);
    }
  });
}

async function transcode(
  bench: Workbench,
  pending: readonly Rendition[],
  original: string,
  outDir: string,
  { signal, logger }: JobContext,
): Promise<[Rendition, MadeRendition][]> {
  const { video: limits } = bench.limits;
  const facts = await probeMedia(bench.tools, original, limits, signal);
  const progress = ({ share, speed }: Progress) => logger.debug({ share, speed }, 'transcoding');
  if (facts.kind === 'audio') {
    const sounds: [Rendition, MadeRendition][] = [];
    for (const rendition of pending) {
      const spec = rendition.spec as AudioSpec;
      sounds.push([
        rendition,
        await transcodeAudio(bench.tools, original, facts, spec, outDir, limits, signal, progress),
      ]);
    }
    return sounds;
  }
  const hls = pending.find((rendition) => rendition.kind === 'hls')?.spec as HlsSpec | undefined;
  const mp4 = pending.find((rendition) => rendition.kind === 'mp4')?.spec as Mp4Spec | undefined;
  const made = await transcodeVideo(
    bench.tools,
    original,
    facts,
    { ...(hls ? { hls } : {}), ...(mp4 ? { mp4 } : {}) },
    outDir,
    limits,
    signal,
    progress,
  );
  return pending.flatMap((rendition) => {
    const result = made.get(rendition.name);
    return result ? [[rendition, result] as [Rendition, MadeRendition]] : [];
  });
}

/** Stores every file of a rendition, the one to hand out last, and marks it ready. */
async function publish(
  bench: Workbench,
  upload: Upload,
  rendition: Rendition,
  { files, main, width, height, durationMs }: MadeRendition,
  outDir: string,
  signal: AbortSignal,
): Promise<void> {
  const { bucket } = upload;
  const mimeType = files.find((file) => file.path === main)?.mimeType ?? 'application/octet-stream';
  const single = files.length === 1;
  const base = renditionKey(bench, upload, rendition, single ? endingOf(mimeType) : '');
  let sizeBytes = 0;
  const others = files.filter((file) => file.path !== main);
  const store = async ({ path, mimeType: type }: MadeFile) => {
    const address = { bucket, objectKey: single ? base : `${base}/${path}` };
    sizeBytes += await bench.store.upload(address, { file: join(outDir, path) }, type, signal);
  };
  for (let next = 0; next < others.length; next += storesAtOnce) {
    await Promise.all(others.slice(next, next + storesAtOnce).map(store));
  }
  await Promise.all(files.filter((file) => file.path === main).map(store));
  const objectKey = single ? base : `${base}/${main}`;
  await publishRendition(bench.source, upload.id, rendition.name, {
    specHash: rendition.specHash,
    objectKey,
    mimeType,
    width,
    height,
    sizeBytes,
    durationMs,
  });
}
