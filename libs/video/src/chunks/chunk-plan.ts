import type { EncodeRange } from '../streams/encode-tracks.js';
import type { MediaFacts } from '../facts/media-facts.js';
import { smallestRung, type StreamPlan } from '../streams/stream-plan.js';

/** What one chunk of a video holds. */
export interface ChunkContent {
  /** The stretch of pictures; null is sound, with the subtitles. */
  readonly pictures: EncodeRange | null;
  /** Of all pictures only those of the smallest rung, or all but those; unless set all. */
  readonly rungs?: 'smallest' | 'others';
  /** Of the sound only the first segments, as many as this; unless set all. */
  readonly soundSegments?: number;
}

/** A chunk as it is planned. */
export interface PlannedChunk extends ChunkContent {
  /** Its share of all the work. */
  readonly weight: number;
  /** What of it plays before the whole is made; unless set nothing. */
  readonly early?: 'pictures' | 'sound';
  /** Whether playing begins with it. */
  readonly isStart?: boolean;
}

/** The sound of a video takes about this share of what its pictures take. */
const soundShare = 0.02;
/** The first piece that plays early has so many segments: enough for a player to begin, made within seconds. */
const firstPieceSegments = 3;

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
 * @param grows whether the smallest rung is made before the others, to play while they are encoded: first a piece of a few
 * segments, then pieces that are twice as long as the one before until a chunk is full. Whoever makes all the sound needs
 * minutes for hours of it, so that its start is made for itself, twice: for the first pieces, and for the first chunk. One loudness
 * for all of it is known only at its end: then the sound comes first as a whole.
 */
export function planContents(
  facts: MediaFacts,
  plan: StreamPlan,
  chunkSeconds: number,
  grows: boolean,
): PlannedChunk[] {
  const ranges = planRanges(facts, plan, chunkSeconds);
  const [first, ...later] = ranges;
  const smallest = smallestRung(plan);
  const hasSound = plan.sounds.length > 0 || facts.subtitles.length > 0;
  const sound = hasSound ? [{ weight: soundShare * ranges.length, pictures: null }] : [];
  const lengthOf = ({ frames }: EncodeRange) => (frames ?? first?.frames ?? 1) / (first?.frames ?? 1);
  if (!grows || !smallest || !first)
    return [...sound, ...ranges.map((range) => ({ weight: lengthOf(range), pictures: range }))];

  const others = plan.pictures.filter((picture) => picture !== smallest);
  const costOf = (pictures: StreamPlan['pictures']) =>
    pixelsOf(plan.pictures.slice(0, 1)) + pixelsOf(pictures);
  const share = others.length > 0 ? costOf([smallest]) / (costOf([smallest]) + costOf(others)) : 1;
  const { keyFrames } = smallest.target;
  const playing = (range: EncodeRange): PlannedChunk => ({
    weight: share * lengthOf(range),
    pictures: range,
    rungs: 'smallest',
    early: 'pictures',
  });
  const start = splitRange(first, keyFrames).map((piece) => ({ ...playing(piece), isStart: true }));
  const soundUntil = (end: number): PlannedChunk => ({
    weight: (soundShare * end) / (first.frames ?? end),
    pictures: null,
    soundSegments: end / keyFrames,
    early: 'sound',
    isStart: true,
  });
  const endOf = ({ pictures }: PlannedChunk) => (pictures?.startFrame ?? 0) + (pictures?.frames ?? 0);
  const allSound = plan.hls?.sound ? sound.map((all) => ({ ...all, early: 'sound' as const })) : sound;
  const cutsSound = plan.hls?.sound && !plan.hls.sound.normalize && first.frames !== null;
  const opening = start.slice(0, 2);
  const rest = start.slice(2);
  return [
    ...(cutsSound ? opening.slice(-1).map((piece) => soundUntil(endOf(piece))) : allSound),
    ...opening,
    ...(cutsSound ? rest.slice(-1).map((piece) => soundUntil(endOf(piece))) : []),
    ...rest,
    ...(cutsSound ? allSound : []),
    ...later.map(playing),
    ...(others.length > 0
      ? ranges.map((range) => ({
          weight: (1 - share) * lengthOf(range),
          pictures: range,
          rungs: 'others' as const,
        }))
      : []),
  ];
}

/** Divides a stretch into pieces of whole segments, each twice as long as the one before. */
function splitRange(range: EncodeRange, keyFrames: number): EncodeRange[] {
  const { startFrame, frames, firstSegment } = range;
  const size = firstPieceSegments * keyFrames;
  if (frames === null) return [range];
  const pieces: EncodeRange[] = [];
  for (let from = 0, length = size; from < frames; from += length, length *= 2) {
    pieces.push({
      startFrame: startFrame + from,
      frames: Math.min(length, frames - from),
      firstSegment: firstSegment + from / keyFrames,
    });
  }
  return pieces;
}

function pixelsOf(pictures: StreamPlan['pictures']): number {
  return pictures.reduce((sum, { target: { size } }) => sum + size.width * size.height, 0);
}
