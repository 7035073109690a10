import { LandfallError } from '#runtime';
import { withObjectGate } from '#storage';
import {
  type Chunk,
  finishChunk,
  type MakingProgress,
  pendingRenditions,
  type Rendition,
  reserveObjects,
  type Upload,
} from '#uploads';
import {
  type ChunkTrack,
  describeTrack,
  encodeTracks,
  encryptTracks,
  placeTrack,
  planInSoftware,
  probeMedia,
  type StreamPlan,
  type Track,
} from '#video';
import type { ChunkPart } from './cut-video.js';
import { renditionKey } from './rendition-key.js';
import { storeAll } from './store-all.js';
import { keyOf, presentOf, specsOf, type Streams, streamsOf } from './stream-specs.js';
import type { Workbench } from './workbench.js';

/** What was stored of a chunk, by the rendition that it is for. */
export type MadeChunk = Partial<Record<'hls' | 'mp4', ChunkTrack[]>>;

/**
 * Encodes one chunk of a long video, which is read by ranges and not downloaded, and stores its segments where they stay: those
 * of a stream as it serves them, those of an MP4 until it is put together.
 */
export async function makeChunk(
  bench: Workbench,
  { upload, chunk }: { upload: Upload; chunk: Chunk },
  signal: AbortSignal,
  onProgress: (progress: MakingProgress) => void,
): Promise<void> {
  const { names, pictures: part } = chunk.part as ChunkPart;
  const pending = await pendingRenditions(bench.source, upload.id, chunk.job);
  const streams = streamsOf(pending.filter(({ name }) => names.includes(name)));
  if (presentOf(streams).length < names.length)
    throw new LandfallError('rendition.cancelled', 'the chunks of the video are not those that are wanted');
  await bench.scratch.withFolder(async (outDir) => {
    const { plan, tracks } = await withObjectGate(bench.store, upload, signal, async (url, gate) => {
      const facts = await probeMedia(bench.tools, url, bench.limits.video, gate.signal);
      const planned = await planInSoftware(bench.tools, facts, specsOf(streams), gate.signal);
      const encoded = await encodeTracks(
        {
          tools: bench.tools,
          source: url,
          facts,
          plan: planned,
          outDir,
          limits: bench.limits.video,
          signal: gate.signal,
          onProgress,
        },
        part ? { pictures: planned.pictures, sounds: [] } : { pictures: [], sounds: planned.sounds },
        part ?? undefined,
      );
      return { plan: planned, tracks: [...encoded.pictures, ...encoded.sounds] };
    });
    if (part) for (const track of tracks) await placeTrack(outDir, track, part);
    const made = await storeChunk(bench, upload, streams, { plan, tracks, outDir }, signal);
    await finishChunk(bench.source, chunk, made);
  });
}

interface Encoded {
  plan: StreamPlan;
  tracks: readonly Track[];
  outDir: string;
}

async function storeChunk(
  bench: Workbench,
  upload: Upload,
  streams: Streams,
  { plan, tracks, outDir }: Encoded,
  signal: AbortSignal,
): Promise<MadeChunk> {
  const described = await Promise.all(tracks.map((track) => describeTrack(outDir, track)));
  const ofFile = [plan.mp4?.picture.folder, plan.mp4?.sound?.folder];
  const ofStream = [...(plan.hls?.rungs ?? []), ...(plan.hls?.sound ? [plan.hls.sound] : [])].map(
    ({ folder }) => folder,
  );
  const made: MadeChunk = {};
  const store = async (rendition: Rendition, some: ChunkTrack[]) => {
    const base = renditionKey(bench, upload, rendition, '');
    const objectKey = `${base}/`;
    if (!(await reserveObjects(bench.source, upload.id, { ...rendition, objectKey })))
      throw new LandfallError('rendition.cancelled');
    await storeAll(bench.store, { bucket: upload.bucket, base, outDir }, some.flatMap(filesOf), signal);
    return some;
  };
  if (streams.mp4)
    made.mp4 = await store(
      streams.mp4,
      described.filter(({ folder }) => ofFile.includes(folder)),
    );
  if (streams.hls) {
    const { key } = await keyOf(bench, upload, streams);
    const shown = described.filter(({ folder }) => ofStream.includes(folder));
    const hidden = await encryptTracks(outDir, shown, key);
    made.hls = await store(
      streams.hls,
      shown.map((track, index) => ({ ...track, ...hidden[index] })),
    );
  }
  return made;
}

function filesOf({ initPath, segments }: Track): { path: string; mimeType: string }[] {
  return [initPath, ...segments.map(({ path }) => path)].map((path) => ({ path, mimeType: 'video/mp4' }));
}
