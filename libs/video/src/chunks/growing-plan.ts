import type { PictureTrack } from '../encoding/tracks.js';
import type { EncodeRange } from '../streams/encode-tracks.js';
import type { StreamPlan } from '../streams/stream-plan.js';

/** The content of one chunk of a video. */
export interface ChunkContent {
  /** The range of pictures; null for a chunk of sound and subtitles. */
  readonly pictures: EncodeRange | null;
  /** Only the smallest rung, or only the others; if unset, all rungs. */
  readonly rungs?: 'smallest' | 'others';
  /** Only this many first segments of the sound, without subtitles; if unset, all. */
  readonly soundSegments?: number;
}

/** A planned chunk. */
export interface PlannedChunk extends ChunkContent {
  /** Relative amount of work; a full chunk of all rungs counts 1. */
  readonly weight: number;
  /** What plays before the whole is made; if unset, nothing. */
  readonly early?: 'pictures' | 'sound';
  /** Whether it belongs to the start of the stream, which is made first. */
  readonly isStart?: boolean;
}

/** Cost of the sound of a video relative to its pictures. */
export const soundShare = 0.02;
/** Segments in the first piece that plays early: enough to start a player, made within seconds. */
const firstPieceSegments = 3;

/**
 * Plans the chunks of a video that plays while it is encoded, in the order to make them: its smallest rung before the others.
 * The first range of that rung is split into pieces, each twice as long as the one before. Encoding hours of sound takes
 * minutes, so its start is encoded separately, twice: up to the end of the first two pieces and up to the end of the first
 * range. Sound to be normalised needs the loudness of the whole, so it is encoded first, as a whole.
 *
 * @param sound the chunk with all the sound and the subtitles; null if there are none
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
  // Each run decodes the video, which costs about as much as encoding its largest picture.
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

/** Splits a range into pieces of whole segments, each twice as long as the one before. */
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
