import { LandfallError } from '#runtime';
import { withRangeProxy } from '#storage';
import { type RenditionVersion, publishVersion, readyChunks, type ConfirmedUpload } from '#uploads';
import {
  type EncodedChunk,
  joinChunks,
  joinHls,
  type MediaFacts,
  planInSoftware,
  probeMedia,
  sizeOfChunk,
  type StreamPlan,
  writeMp4,
  writePlaylists,
} from '#video';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EncodeWork } from './cut-video.js';
import type { MadeChunk } from './make-chunk.js';
import { storeFiles } from '../publish/publish-files.js';
import { renditionKey } from '../publish/rendition-key.js';
import { keyOf, specsOf, type Streams, streamsOf } from '../makers/stream/stream-specs.js';
import type { WorkerContext } from '../worker-context.js';

/** Context for joining the chunks of one video. */
interface Joining {
  worker: WorkerContext;
  upload: ConfirmedUpload;
  facts: MediaFacts;
  plan: StreamPlan;
  outDir: string;
  signal: AbortSignal;
}

/** Joins the chunks of a long video without re-encoding, and publishes the pending renditions. */
export async function joinUpload(
  worker: WorkerContext,
  upload: ConfirmedUpload,
  planId: string,
  signal: AbortSignal,
): Promise<void> {
  const ready = await readyChunks(worker.source, { uploadId: upload.id, planId });
  if (!ready) return;
  const { chunks, versions } = ready;
  const facts = await withRangeProxy(worker.store, upload, signal, (url, proxy) =>
    probeMedia(worker.tools, url, worker.limits.video, proxy.signal),
  );
  const { ladder } = (chunks[0]?.work ?? {}) as Partial<EncodeWork>;
  const plan = await planInSoftware(worker.tools, facts, specsOf(streamsOf(versions), ladder), signal);
  const madeOf = (kind: keyof MadeChunk) =>
    chunks.map(({ made }) => (made as MadeChunk)[kind]).filter((made) => made !== undefined);
  // An earlier run may have published one of them.
  const { hls, mp4 } = streamsOf(versions.filter(({ status }) => status === 'pending'));
  await worker.scratch.withFolder(async (outDir) => {
    const joining = { worker, upload, facts, plan, outDir, signal };
    if (hls) await publishStream(joining, hls, madeOf('hls'));
    if (mp4) await publishFile(joining, mp4, madeOf('mp4'));
  });
}

/** The segments are already stored where they are served; only playlists and manifests are written. */
async function publishStream(
  { worker, upload, facts, plan, outDir, signal }: Joining,
  hls: NonNullable<Streams['hls']>,
  chunks: readonly EncodedChunk[],
): Promise<void> {
  const whole = joinChunks(facts, plan, chunks);
  const { key } = await keyOf(worker, upload, { hls, mp4: undefined });
  const made = await joinHls(plan, whole, outDir, key);
  const stored = await storeFiles({ worker, upload, signal }, hls, made, outDir);
  if (!stored) return;
  const sizeBytes = stored.sizeBytes + sizeOfChunk(whole);
  await publishVersion(worker.source, hls, { ...stored, sizeBytes });
}

/** Fetches the segments of an MP4 and joins them into one file; the segments are removed later. */
async function publishFile(
  { worker, upload, facts, plan, outDir, signal }: Joining,
  mp4: RenditionVersion,
  chunks: readonly EncodedChunk[],
): Promise<void> {
  const { tracks, loudness } = joinChunks(facts, plan, chunks);
  const base = renditionKey(worker, upload, mp4, '');
  const folder = join(outDir, 'parts');
  for (const { initPath, initBytes, segments } of tracks) {
    for (const { path, sizeBytes } of [{ path: initPath, sizeBytes: initBytes }, ...segments]) {
      const address = { bucket: upload.bucket, objectKey: `${base}/${path}` };
      const bytes = await worker.store.readStart(address, sizeBytes + 1, signal);
      if (bytes.length !== sizeBytes)
        throw new LandfallError('object.size_mismatch', `${path} of a chunk has ${bytes.length} bytes`);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  }
  await writePlaylists(folder, tracks);
  const work = { tools: worker.tools, outDir: folder, limits: worker.limits.video, signal };
  const made = await writeMp4(work, plan);
  const details = { ...made.details, ...(loudness ? { loudness } : {}) };
  const stored = await storeFiles({ worker, upload, signal }, mp4, { ...made, details }, folder);
  if (stored) await publishVersion(worker.source, mp4, stored);
}
