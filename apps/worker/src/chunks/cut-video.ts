import { withRangeProxy } from '#storage';
import { type ChunkWork, planChunks, type ConfirmedUpload } from '#uploads';
import {
  chooseRungs,
  type EncodeRange,
  isCut,
  type LadderPlan,
  type MediaFacts,
  planInSoftware,
  planRanges,
  probeMedia,
} from '#video';
import { presentOf, specsOf, type Streams } from '../makers/stream/stream-specs.js';
import type { RunContext } from '../runs/run-work.js';
import type { WorkerContext } from '../worker-context.js';

/** What a chunk encodes: pictures from here to there, or all the sound. */
export interface EncodeWork extends ChunkWork {
  readonly pictures: EncodeRange | null;
  /** The rungs of a stream whose ladder is `auto`: the same for all chunks. */
  readonly ladder?: LadderPlan;
}

/** The sound of a video takes about this share of what its pictures take. */
const soundShare = 0.02;

/**
 * Has a long video encoded in chunks by whichever workers have time; the last one has them joined. The sound is a chunk of its
 * own: cut and joined it would have gaps.
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
  const pictures = planRanges(facts, plan, chunkSeconds);
  const frames = pictures[0]?.frames ?? 1;
  // The sound of a long film takes as long as a chunk of its pictures: begun last, everybody would wait for it.
  const parts: EncodeWork[] = [
    ...(plan.sounds.length > 0 || facts.subtitles.length > 0
      ? [{ weight: soundShare * pictures.length, pictures: null }]
      : []),
    ...pictures.map((range) => ({ weight: (range.frames ?? frames) / frames, pictures: range })),
  ];
  const works = ladder ? parts.map((part) => ({ ...part, ladder })) : parts;
  const versionIds = versions.map(({ id }) => id);
  await planChunks(worker.source, upload.id, { versionIds, works, urgency });
  return true;
}
