import { LandfallError } from '#runtime';
import { withRangeProxy } from '#storage';
import { type BegunChunk, finishChunk, type RenditionVersion, reserveObjects } from '#uploads';
import {
  chunkOfHls,
  chunkOfMp4,
  encodeChunk,
  type EncodedChunk,
  filesOfChunk,
  planInSoftware,
  probeMedia,
} from '#video';
import type { EncodeWork } from './cut-video.js';
import type { RunContext } from '../runs/run-work.js';
import { renditionKey } from '../publish/rendition-key.js';
import { storeAll } from '../publish/store-all.js';
import { keyOf, specsOf, streamsOf } from '../makers/stream/stream-specs.js';
import type { WorkerContext } from '../worker-context.js';

/** What was stored of a chunk, by the kind of rendition that it is for. */
export type MadeChunk = Partial<Record<'hls' | 'mp4', EncodedChunk>>;

/**
 * Encodes one chunk of a long video, which is read by ranges and not downloaded, and stores its segments where they stay: those
 * of a stream as it serves them, those of an MP4 until it is put together.
 */
export async function makeChunk(
  worker: WorkerContext,
  { upload, chunk, versions }: BegunChunk,
  { signal, urgency, report }: RunContext,
): Promise<void> {
  const { pictures, ladder } = chunk.work as EncodeWork;
  const streams = streamsOf(versions);
  const onProgress = (progress: Parameters<typeof report>[1]) => report(versions, progress);
  await worker.scratch.withFolder(async (outDir) => {
    const { plan, encoded } = await withRangeProxy(worker.store, upload, signal, async (source, proxy) => {
      const { tools } = worker;
      const { video: limits } = worker.limits;
      const facts = await probeMedia(tools, source, limits, proxy.signal);
      const planned = await planInSoftware(tools, facts, specsOf(streams, ladder), proxy.signal);
      const job = { tools, source, facts, plan: planned, outDir, limits, signal: proxy.signal, onProgress };
      return { plan: planned, encoded: await encodeChunk(job, pictures) };
    });
    const made: MadeChunk = {};
    const store = async (rendition: RenditionVersion, part: EncodedChunk) => {
      const base = renditionKey(worker, upload, rendition, '');
      const objectKey = `${base}/`;
      if (!(await reserveObjects(worker.source, rendition, objectKey)))
        throw new LandfallError('rendition.cancelled');
      await storeAll(worker.store, { bucket: upload.bucket, base, outDir }, filesOfChunk(part), signal);
      return part;
    };
    // The MP4 is put together from segments that are not encrypted yet.
    if (streams.mp4) made.mp4 = await store(streams.mp4, chunkOfMp4(plan, encoded));
    if (streams.hls) {
      const { key } = await keyOf(worker, upload, streams);
      made.hls = await store(streams.hls, await chunkOfHls(plan, encoded, outDir, key));
    }
    await finishChunk(worker.source, chunk, made, urgency);
  });
}
