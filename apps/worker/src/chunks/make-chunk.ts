import { LandfallError } from '#runtime';
import { withRangeProxy } from '#storage';
import { type BegunChunk, finishChunk, type RenditionVersion, reserveObjects } from '#uploads';
import {
  chunkOfHls,
  chunkOfMp4,
  describeGrowing,
  encodeChunk,
  type EncodedChunk,
  filesOfChunk,
  pieceOf,
  planInSoftware,
  probeMedia,
} from '#video';
import type { EncodeWork } from './cut-video.js';
import type { RunContext } from '../runs/run-work.js';
import { renditionKey } from '../publish/rendition-key.js';
import { storeAll } from '../publish/store-all.js';
import { keyOf, specsOf, streamsOf } from '../makers/stream/stream-specs.js';
import type { WorkerContext } from '../worker-context.js';

/** The stored parts of a chunk, by kind of rendition. */
export type MadeChunk = Partial<Record<'hls' | 'mp4', EncodedChunk>>;

/**
 * Encodes one chunk of a long video, read by byte ranges rather than downloaded, and stores its segments: those of a stream
 * where they are served, those of an MP4 until they are joined.
 */
export async function makeChunk(
  worker: WorkerContext,
  { upload, chunk, versions }: BegunChunk,
  { signal, urgency, report }: RunContext,
): Promise<void> {
  const work = chunk.work as EncodeWork;
  const streams = streamsOf(versions);
  const onProgress = (progress: Parameters<typeof report>[1]) => report(versions, progress);
  await worker.scratch.withFolder(async (outDir) => {
    const { plan, facts, encoded } = await withRangeProxy(
      worker.store,
      upload,
      signal,
      async (source, proxy) => {
        const { tools } = worker;
        const { video: limits } = worker.limits;
        const found = await probeMedia(tools, source, limits, proxy.signal);
        const planned = await planInSoftware(tools, found, specsOf(streams, work.ladder), proxy.signal);
        const job = {
          tools,
          source,
          facts: found,
          plan: planned,
          outDir,
          limits,
          signal: proxy.signal,
          onProgress,
        };
        return { plan: planned, facts: found, encoded: await encodeChunk(job, work) };
      },
    );
    const made: MadeChunk = {};
    const store = async (rendition: RenditionVersion, part: EncodedChunk) => {
      const base = renditionKey(worker, upload, rendition, '');
      const objectKey = `${base}/`;
      if (!(await reserveObjects(worker.source, rendition, objectKey)))
        throw new LandfallError('rendition.cancelled');
      await storeAll(worker.store, { bucket: upload.bucket, base, outDir }, filesOfChunk(plan, part), signal);
      return part;
    };
    // The start of a sound is stored again, identically, with the whole sound, so it is not joined.
    const isPart = work.soundSegments === undefined;
    // The MP4 is joined from unencrypted segments, so they are stored before the stream is encrypted.
    if (streams.mp4 && isPart) made.mp4 = await store(streams.mp4, chunkOfMp4(plan, encoded));
    if (!streams.hls) return finishChunk(worker.source, chunk, { made, urgency });
    const { key } = await keyOf(worker, upload, streams);
    const served = await store(streams.hls, await chunkOfHls(plan, encoded, outDir, key));
    if (isPart) made.hls = served;
    const piece = work.early ? pieceOf(plan, served, key) : null;
    if (!piece) return finishChunk(worker.source, chunk, { made, urgency });
    const { main, ...growing } = describeGrowing(plan, facts);
    const objectKey = `${renditionKey(worker, upload, streams.hls, '')}/${main}`;
    const early = { version: streams.hls, shown: { ...growing, objectKey } };
    await finishChunk(worker.source, chunk, { made: { ...made, early: piece }, early, urgency });
  });
}
