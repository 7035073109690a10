import { withRangeProxy } from '#storage';
import { type ChunkWork, isServed, planChunks, type ConfirmedUpload } from '#uploads';
import { type ChunkContent, isCut, type MediaFacts, planContents, planInSoftware, probeMedia } from '#video';
import { presentOf, specsOf, type Streams } from '../makers/stream/stream-specs.js';
import type { RunContext } from '../runs/run-work.js';
import type { WorkerContext } from '../worker-context.js';

/** What a chunk encodes. */
export type EncodeWork = ChunkWork & ChunkContent;

/**
 * Has a long video encoded in chunks by whichever workers have time; the last one has them joined. The sound is a chunk of its
 * own: cut and joined it would have gaps. A stream that is to play early grows by its smallest rung meanwhile.
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
  // What was read of the file when it landed; most videos are short, and nothing is asked for them.
  const { durationMs } = upload.metadata as Partial<MediaFacts>;
  if (versions.length === 0 || !durationMs || durationMs <= 2_000 * worker.chunkSeconds) return false;
  const facts = await withRangeProxy(worker.store, upload, signal, (url, proxy) =>
    probeMedia(worker.tools, url, worker.limits.video, proxy.signal),
  );
  if (!isCut(facts, worker.chunkSeconds)) return false;
  const plan = await planInSoftware(worker.tools, facts, specsOf(streams), signal);
  const grows = streams.hls?.spec.firstPlayable === true && !(await isServed(worker.source, streams.hls));
  const works: EncodeWork[] = planContents(facts, plan, worker.chunkSeconds, grows);
  const versionIds = versions.map(({ id }) => id);
  await planChunks(worker.source, upload.id, { versionIds, works, urgency });
  return true;
}
