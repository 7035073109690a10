import { withRangeProxy } from '#storage';
import { type ChunkWork, isServed, planChunks, type ConfirmedUpload } from '#uploads';
import {
  type ChunkContent,
  chooseRungs,
  isCut,
  type LadderPlan,
  type MediaFacts,
  planContents,
  planInSoftware,
  probeMedia,
} from '#video';
import { presentOf, specsOf, type Streams } from '../makers/stream/stream-specs.js';
import type { RunContext } from '../runs/run-work.js';
import type { WorkerContext } from '../worker-context.js';

/** What a chunk encodes. */
export type EncodeWork = ChunkWork &
  ChunkContent & {
    /** The rungs chosen for a stream whose ladder is `auto`; the same for all chunks. */
    readonly ladder?: LadderPlan;
  };

/**
 * Queues a long video for encoding in chunks by any worker; the last chunk to finish queues the join. The sound is one chunk
 * of its own, since a cut sound would have gaps. A stream that plays early meanwhile grows by its smallest rung.
 *
 * @returns whether the video is cut
 */
export async function cutVideo(
  worker: WorkerContext,
  upload: ConfirmedUpload,
  streams: Streams,
  { signal, urgency }: Pick<RunContext, 'signal' | 'urgency'>,
): Promise<boolean> {
  const versions = presentOf(streams);
  // Uses the facts recorded by `upload.process`: most videos are short and need no probe here.
  const { durationMs } = upload.metadata as Partial<MediaFacts>;
  if (versions.length === 0 || !durationMs || durationMs <= 2_000 * worker.chunkSeconds) return false;
  const { tools, chunkSeconds } = worker;
  const { video: limits } = worker.limits;
  const read = await withRangeProxy(worker.store, upload, signal, async (source, proxy) => {
    const facts = await probeMedia(tools, source, limits, proxy.signal);
    if (!isCut(facts, chunkSeconds)) return null;
    const ladder = await worker.scratch.withFolder((outDir) =>
      chooseRungs({ tools, source, facts, outDir, limits, signal: proxy.signal }, streams.hls?.spec),
    );
    return { facts, ladder };
  });
  if (!read) return false;
  const { facts, ladder } = read;
  const plan = await planInSoftware(tools, facts, specsOf(streams, ladder), signal);
  const grows = streams.hls?.spec.firstPlayable === true && !(await isServed(worker.source, streams.hls));
  const contents = planContents(facts, plan, chunkSeconds, grows);
  const works: EncodeWork[] = ladder ? contents.map((content) => ({ ...content, ladder })) : contents;
  const versionIds = versions.map(({ id }) => id);
  await planChunks(worker.source, upload.id, { versionIds, works, urgency });
  return true;
}
