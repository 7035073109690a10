import type { EncodeRange } from '../streams/encode-tracks.js';
import type { MediaFacts } from '../facts/media-facts.js';
import { smallestRung, type StreamPlan } from '../streams/stream-plan.js';
import { type PlannedChunk, planGrowing, soundShare } from './growing-plan.js';

/** Containers with an index: seeking does not read everything before the target. */
const indexed = new Set(['mp4', 'mov', 'matroska', 'webm']);

/** Whether a video is encoded in chunks: it lasts more than two of them, and its container has an index. */
export function isCut({ durationMs, container, video }: MediaFacts, chunkSeconds: number): boolean {
  return video !== null && durationMs !== null && indexed.has(container) && durationMs > 2_000 * chunkSeconds;
}

/**
 * Splits a video into ranges of whole segments. All have the same number of frames except the last, which goes on to the end
 * and has 0.5 to 1.5 times as many. Together they contain each frame of the constant output rate once.
 *
 * @param chunkSeconds target duration of a range
 */
export function planRanges(facts: MediaFacts, plan: StreamPlan, chunkSeconds: number): EncodeRange[] {
  const target = plan.pictures[0]?.target;
  // Sound may outlast the pictures.
  const endMs = facts.video?.endMs ?? facts.durationMs;
  if (!target || endMs === null) return [];
  const segments = Math.max(1, Math.round((chunkSeconds * target.frameRate) / target.keyFrames));
  const frames = segments * target.keyFrames;
  const allFrames = (endMs / 1_000) * target.frameRate;
  const count = Math.max(1, Math.round(allFrames / frames));
  return Array.from({ length: count }, (_, index) => ({
    startFrame: index * frames,
    frames: index === count - 1 ? null : frames,
    firstSegment: index * segments,
  }));
}

/**
 * Plans the chunks of a video in the order to make them. The sound of a long film takes as long as a chunk of pictures, so it
 * goes first: started last, it would delay the whole.
 *
 * @param grows whether the smallest rung is made first, to play while the others are encoded
 */
export function planContents(
  facts: MediaFacts,
  plan: StreamPlan,
  chunkSeconds: number,
  grows: boolean,
): PlannedChunk[] {
  const ranges = planRanges(facts, plan, chunkSeconds);
  const smallest = smallestRung(plan);
  const hasSound = plan.sounds.length > 0 || facts.subtitles.length > 0;
  const sound = hasSound ? { weight: soundShare * ranges.length, pictures: null } : null;
  if (grows && smallest) return [...planGrowing(plan, smallest, ranges, sound)];
  const frames = ranges[0]?.frames ?? 1;
  const pictures = ranges.map((range) => ({ weight: (range.frames ?? frames) / frames, pictures: range }));
  return sound ? [sound, ...pictures] : pictures;
}
