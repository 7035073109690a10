import { withObjectGate } from '#storage';
import {
  type CutJob,
  type CutRendition,
  type PartOfPlan,
  planChunks,
  type Rendition,
  type ConfirmedUpload,
} from '#uploads';
import { type EncodePart, isCut, type MediaFacts, planInSoftware, planParts, probeMedia } from '#video';
import { presentOf, specsOf, type Streams } from '../makers/stream/stream-specs.js';
import type { Workbench } from '../worker-context.js';

/** What a chunk row says of its part: pictures from here to there, or all the sound. */
export interface ChunkPart extends PartOfPlan {
  pictures: EncodePart | null;
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
  bench: Workbench,
  upload: ConfirmedUpload,
  job: CutJob,
  streams: Streams<Rendition>,
  signal: AbortSignal,
): Promise<boolean> {
  const renditions = presentOf(streams);
  // What was read of the file when it landed; most videos are short, and nothing is asked for them.
  const { durationMs } = upload.metadata as Partial<MediaFacts>;
  if (renditions.length === 0 || !durationMs || durationMs <= 2_000 * bench.chunkSeconds) return false;
  const facts = await withObjectGate(bench.store, upload, signal, (url, gate) =>
    probeMedia(bench.tools, url, bench.limits.video, gate.signal),
  );
  if (!isCut(facts, bench.chunkSeconds)) return false;
  const plan = await planInSoftware(bench.tools, facts, specsOf(streams), signal);
  const pictures = planParts(facts, plan, bench.chunkSeconds);
  const frames = pictures[0]?.frames ?? 1;
  // The sound of a long film takes as long as a chunk of its pictures: begun last, everybody would wait for it.
  const parts = [
    ...(plan.sounds.length > 0 || facts.subtitles.length > 0
      ? [{ weight: soundShare * pictures.length, pictures: null }]
      : []),
    ...pictures.map((part) => ({ weight: (part.frames ?? frames) / frames, pictures: part })),
  ];
  await planChunks(bench.source, upload.id, job, renditions.map(cutOf), parts);
  return true;
}

function cutOf({ name, kind, spec, specHash }: Rendition): CutRendition {
  return { name, kind, spec, specHash };
}
