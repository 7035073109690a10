import { LandfallError } from '#runtime';
import { withObjectGate } from '#storage';
import {
  type CutJob,
  pendingRenditions,
  publishRendition,
  readyChunks,
  removeChunks,
  type Rendition,
  type Upload,
} from '#uploads';
import {
  type ChunkTrack,
  joinHls,
  joinTracks,
  type MediaFacts,
  planInSoftware,
  probeMedia,
  type StreamPlan,
  writeMp4,
  writePlaylists,
} from '#video';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChunkPart } from './cut-video.js';
import type { MadeChunk } from './make-chunk.js';
import { storeFiles } from './publish-files.js';
import { renditionKey } from './rendition-key.js';
import { keyOf, specsOf, streamsOf } from './stream-specs.js';
import type { Workbench } from './workbench.js';

/** What a video is joined from and by. */
interface Joining {
  bench: Workbench;
  upload: Upload;
  facts: MediaFacts;
  plan: StreamPlan;
  chunks: readonly MadeChunk[];
  outDir: string;
  signal: AbortSignal;
}

/** Joins the chunks of a long video without encoding anything again, and publishes what was made of them. */
export async function joinChunks(
  bench: Workbench,
  upload: Upload,
  job: CutJob,
  signal: AbortSignal,
): Promise<void> {
  const rows = await readyChunks(bench.source, upload.id, job);
  const [first] = rows ?? [];
  if (!rows || !first) return;
  const { names } = first.part as ChunkPart;
  const pending = await pendingRenditions(bench.source, upload.id, job);
  const all = streamsOf(pending.filter(({ name }) => names.includes(name)));
  const facts = await withObjectGate(bench.store, upload, signal, (url, gate) =>
    probeMedia(bench.tools, url, bench.limits.video, gate.signal),
  );
  const plan = await planInSoftware(bench.tools, facts, specsOf(all), signal);
  const chunks = rows.map(({ made }) => (made ?? {}) as MadeChunk);
  await bench.scratch.withFolder(async (outDir) => {
    const joining = { bench, upload, facts, plan, chunks, outDir, signal };
    if (all.hls) await publishStream(joining, all.hls);
    if (all.mp4) await publishFile(joining, all.mp4);
  });
  await removeChunks(bench.source, upload.id, job);
}

/** The tracks of a rendition, each whole. */
function tracksOf(chunks: readonly MadeChunk[], kind: 'hls' | 'mp4'): ChunkTrack[] {
  const byFolder = Map.groupBy(
    chunks.flatMap((chunk) => chunk[kind] ?? []),
    (track) => track.folder,
  );
  return [...byFolder.values()].map(joinTracks);
}

/** Segments lie where they are served: only what names them is written. */
async function publishStream(
  { bench, upload, facts, plan, chunks, outDir, signal }: Joining,
  hls: Rendition,
) {
  const tracks = tracksOf(chunks, 'hls');
  const { key } = await keyOf(bench, upload, { hls, mp4: undefined });
  const made = await joinHls(plan, facts, tracks, outDir, key);
  const stored = await storeFiles(bench, upload, hls, made, outDir, signal);
  if (!stored) return;
  const segments = tracks.flatMap((track) => track.segments.map((segment) => segment.sizeBytes));
  const inits = tracks.map((track) => track.initBytes);
  const sizeBytes = [...segments, ...inits].reduce((sum, size) => sum + size, stored.sizeBytes);
  await publishRendition(bench.source, upload.id, hls.name, { ...stored, sizeBytes });
}

/** The segments of an MP4 are fetched, put into one file, and removed. */
async function publishFile(joining: Joining, mp4: Rendition) {
  const { bench, upload, plan, chunks, outDir, signal } = joining;
  const parts = `${renditionKey(bench, upload, mp4, '')}/`;
  const folder = join(outDir, 'parts');
  const tracks = tracksOf(chunks, 'mp4');
  for (const { initPath, initBytes, segments } of tracks) {
    const files = [{ path: initPath, sizeBytes: initBytes }, ...segments];
    for (const { path, sizeBytes } of files) {
      const address = { bucket: upload.bucket, objectKey: `${parts}${path}` };
      const bytes = await bench.store.readStart(address, sizeBytes + 1, signal);
      if (bytes.length !== sizeBytes)
        throw new LandfallError('object.size_mismatch', `${path} of a chunk has ${bytes.length} bytes`);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  }
  await writePlaylists(folder, tracks);
  const made = await writeMp4(bench.tools, plan, folder, bench.limits.video.timeoutMs, signal);
  const stored = await storeFiles(bench, upload, mp4, made, folder, signal);
  if (stored) await publishRendition(bench.source, upload.id, mp4.name, { ...stored, leftovers: parts });
}
