import type { EncodeRange } from '../streams/encode-tracks.js';
import type { MediaFacts } from '../facts/media-facts.js';
import { smallestRung, type StreamPlan } from '../streams/stream-plan.js';
import { type PlannedChunk, planGrowing, soundShare } from './growing-plan.js';

/** Containers with an index: a part of them is found without reading what lies before it. */
const indexed = new Set(['mp4', 'mov', 'matroska', 'webm']);

/** Whether a video is so long, more than two chunks, and so made, that it is encoded in parts. */
export function isCut({ durationMs, container, video }: MediaFacts, chunkSeconds: number): boolean {
  return video !== null && durationMs !== null && indexed.has(container) && durationMs > 2_000 * chunkSeconds;
}

/**
 * Cuts a video into parts of whole segments, all of the same number of frames but the last, which goes on to the end and has
 * half as many to half as many more. Together they are the whole video: each frame of the constant output rate is in one.
 *
 * @param chunkSeconds wanted length of a part
 */
export function planRanges(facts: MediaFacts, plan: StreamPlan, chunkSeconds: number): EncodeRange[] {
  const target = plan.pictures[0]?.target;
  // Sound may go on behind the pictures.
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
 * Plans the chunks of a video in the order in which they should be made. The sound of a long film takes as long as a chunk of
 * its pictures: begun last, everybody would wait for it.
 *
 * @param grows whether the smallest rung is made before the others, to play while they are encoded
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
