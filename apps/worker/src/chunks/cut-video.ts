import { withRangeProxy } from '#storage';
import { type ChunkWork, planChunks, type ConfirmedUpload } from '#uploads';
import { type EncodeRange, isCut, type MediaFacts, planInSoftware, planRanges, probeMedia } from '#video';
import { presentOf, specsOf, type Streams } from '../makers/stream/stream-specs.js';
import type { RunContext } from '../runs/run-work.js';
import type { WorkerContext } from '../worker-context.js';

/** What a chunk encodes: pictures from here to there, or all the sound. */
export interface EncodeWork extends ChunkWork {
  readonly pictures: EncodeRange | null;
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
  const facts = await withRangeProxy(worker.store, upload, signal, (url, proxy) =>
    probeMedia(worker.tools, url, worker.limits.video, proxy.signal),
  );
  if (!isCut(facts, worker.chunkSeconds)) return false;
  const plan = await planInSoftware(worker.tools, facts, specsOf(streams), signal);
  const pictures = planRanges(facts, plan, worker.chunkSeconds);
  const frames = pictures[0]?.frames ?? 1;
  // The sound of a long film takes as long as a chunk of its pictures: begun last, everybody would wait for it.
  const works: EncodeWork[] = [
    ...(plan.sounds.length > 0 || facts.subtitles.length > 0
      ? [{ weight: soundShare * pictures.length, pictures: null }]
      : []),
    ...pictures.map((range) => ({ weight: (range.frames ?? frames) / frames, pictures: range })),
  ];
  const versionIds = versions.map(({ id }) => id);
  await planChunks(worker.source, upload.id, { versionIds, works, urgency });
  return true;
}
