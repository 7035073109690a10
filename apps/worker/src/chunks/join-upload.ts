import { LandfallError } from '#runtime';
import { withRangeProxy } from '#storage';
import {
  type CutJob,
  type CutRendition,
  pendingRenditions,
  publishRendition,
  readyChunks,
  type ConfirmedUpload,
} from '#uploads';
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
import type { ChunkWork } from './cut-video.js';
import type { MadeChunk } from './make-chunk.js';
import { storeFiles } from '../publish/publish-files.js';
import { renditionKey } from '../publish/rendition-key.js';
import { keyOf, specsOf, type Streams, streamsOf } from '../makers/stream/stream-specs.js';
import type { WorkerContext } from '../worker-context.js';

/** What a video is joined from and by. */
interface Joining {
  worker: WorkerContext;
  upload: ConfirmedUpload;
  facts: MediaFacts;
  plan: StreamPlan;
  outDir: string;
  signal: AbortSignal;
}

/** Joins the chunks of a long video without encoding anything again, and publishes what was made of them. */
export async function joinUpload(
  worker: WorkerContext,
  upload: ConfirmedUpload,
  job: CutJob,
  signal: AbortSignal,
): Promise<void> {
  const chunks = await readyChunks(worker.source, upload.id, job);
  const [first] = chunks ?? [];
  if (!chunks || !first) return;
  const { renditions } = first.part as ChunkWork;
  const facts = await withRangeProxy(worker.store, upload, signal, (url, proxy) =>
    probeMedia(worker.tools, url, worker.limits.video, proxy.signal),
  );
  const plan = await planInSoftware(worker.tools, facts, specsOf(streamsOf(renditions)), signal);
  const madeOf = (kind: keyof MadeChunk) =>
    chunks.map(({ made }) => (made as MadeChunk)[kind]).filter((made) => made !== undefined);
  // One of them may be published already.
  const pending = await pendingRenditions(worker.source, upload.id, job);
  const isPending = (one: CutRendition) =>
    pending.some(({ name, specHash }) => name === one.name && specHash === one.specHash);
  const { hls, mp4 } = streamsOf(renditions.filter(isPending));
  await worker.scratch.withFolder(async (outDir) => {
    const joining = { worker, upload, facts, plan, outDir, signal };
    if (hls) await publishStream(joining, hls, madeOf('hls'));
    if (mp4) await publishFile(joining, mp4, madeOf('mp4'));
  });
}

/** Segments lie where they are served: only what names them is written. */
async function publishStream(
  { worker, upload, facts, plan, outDir, signal }: Joining,
  hls: NonNullable<Streams['hls']>,
  chunks: readonly EncodedChunk[],
): Promise<void> {
  const whole = joinChunks(facts, plan, chunks);
  const { key } = await keyOf(worker, upload, { hls, mp4: undefined });
  const made = await joinHls(plan, whole, outDir, key);
  const stored = await storeFiles(worker, upload, hls, made, outDir, signal);
  if (!stored) return;
  const sizeBytes = stored.sizeBytes + sizeOfChunk(whole);
  await publishRendition(worker.source, upload.id, hls.name, {
    ...stored,
    sizeBytes,
    chunks: { leftovers: null },
  });
}

/** The segments of an MP4 are fetched, put into one file, and removed later. */
async function publishFile(
  { worker, upload, facts, plan, outDir, signal }: Joining,
  mp4: CutRendition,
  chunks: readonly EncodedChunk[],
): Promise<void> {
  const { tracks, loudness } = joinChunks(facts, plan, chunks);
  const leftovers = `${renditionKey(worker, upload, mp4, '')}/`;
  const folder = join(outDir, 'parts');
  for (const { initPath, initBytes, segments } of tracks) {
    for (const { path, sizeBytes } of [{ path: initPath, sizeBytes: initBytes }, ...segments]) {
      const address = { bucket: upload.bucket, objectKey: `${leftovers}${path}` };
      const bytes = await worker.store.readStart(address, sizeBytes + 1, signal);
      if (bytes.length !== sizeBytes)
        throw new LandfallError('object.size_mismatch', `${path} of a chunk has ${bytes.length} bytes`);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  }
  await writePlaylists(folder, tracks);
  const made = await writeMp4(
    { tools: worker.tools, outDir: folder, limits: worker.limits.video, signal },
    plan,
  );
  const details = { ...made.details, ...(loudness ? { loudness } : {}) };
  const stored = await storeFiles(worker, upload, mp4, { ...made, details }, folder, signal);
  if (stored)
    await publishRendition(worker.source, upload.id, mp4.name, { ...stored, chunks: { leftovers } });
}
