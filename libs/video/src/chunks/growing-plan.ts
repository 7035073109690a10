import type { PictureTrack } from '../encoding/tracks.js';
import type { EncodeRange } from '../streams/encode-tracks.js';
import type { StreamPlan } from '../streams/stream-plan.js';

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
export const soundShare = 0.02;
/** The first piece that plays early has so many segments: enough for a player to begin, made within seconds. */
const firstPieceSegments = 3;

/**
 * Plans the chunks of a video that plays while it is encoded, in the order in which they should be made: its smallest rung
 * before the others. The first chunk of that is made in pieces, each twice as long as the one before. All the sound takes minutes
 * for hours of it, so that its start is made for itself, twice: as far as the first pieces, and as far as the first chunk. One
 * loudness for all of it is known only at its end: then the sound comes first, as a whole.
 *
 * @param sound what makes all the sound, with the subtitles
 */
export function* planGrowing(
  { pictures, hls }: StreamPlan,
  smallest: PictureTrack,
  ranges: readonly EncodeRange[],
  sound: PlannedChunk | null,
): Generator<PlannedChunk> {
  const [first, ...later] = ranges;
  if (!first) return;
  const { keyFrames } = smallest.target;
  const others = pictures.filter((picture) => picture !== smallest);
  // Each run decodes the video, which costs about as much as to encode its largest picture.
  const decoding = pixelsOf(pictures.slice(0, 1));
  const [early, late] = [
    decoding + pixelsOf([smallest]),
    others.length > 0 ? decoding + pixelsOf(others) : 0,
  ];
  const weigh = ({ frames }: EncodeRange, cost: number) =>
    ((frames ?? first.frames ?? 1) / (first.frames ?? 1)) * (cost / (early + late));
  const play = (range: EncodeRange, isStart: boolean): PlannedChunk => ({
    weight: weigh(range, early),
    pictures: range,
    rungs: 'smallest',
    early: 'pictures',
    isStart,
  });
  const hear = (frames: number): PlannedChunk => ({
    weight: (soundShare * frames) / (first.frames ?? frames),
    pictures: null,
    soundSegments: frames / keyFrames,
    early: 'sound',
    isStart: true,
  });
  const allSound: PlannedChunk[] = sound ? [hls?.sound ? { ...sound, early: 'sound' } : sound] : [];
  const startsSound = hls?.sound?.normalize === false && first.frames !== null;

  const pieces = splitRange(first, keyFrames);
  const [opening, rest] = [pieces.slice(0, 2), pieces.slice(2)];
  if (startsSound) yield hear(framesOf(opening));
  else yield* allSound;
  for (const piece of opening) yield play(piece, true);
  if (startsSound && rest.length > 0) yield hear(framesOf(pieces));
  for (const piece of rest) yield play(piece, true);
  if (startsSound) yield* allSound;
  for (const range of later) yield play(range, false);
  if (others.length === 0) return;
  for (const range of ranges) yield { weight: weigh(range, late), pictures: range, rungs: 'others' };
}

/** Divides a stretch into pieces of whole segments, each twice as long as the one before. */
function splitRange(range: EncodeRange, keyFrames: number): EncodeRange[] {
  const { startFrame, frames, firstSegment } = range;
  if (frames === null) return [range];
  const pieces: EncodeRange[] = [];
  for (let from = 0, length = firstPieceSegments * keyFrames; from < frames; from += length, length *= 2) {
    pieces.push({
      startFrame: startFrame + from,
      frames: Math.min(length, frames - from),
      firstSegment: firstSegment + from / keyFrames,
    });
  }
  return pieces;
}

function framesOf(pieces: readonly EncodeRange[]): number {
  return pieces.reduce((sum, { frames }) => sum + (frames ?? 0), 0);
}

function pixelsOf(pictures: readonly PictureTrack[]): number {
  return pictures.reduce((sum, { target: { size } }) => sum + size.width * size.height, 0);
}
