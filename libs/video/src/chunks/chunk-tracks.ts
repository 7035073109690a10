import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import type { EncodeRange } from '../streams/encode-tracks.js';
import { shiftSegment } from './shift-segments.js';
import type { Track } from '#playlists';

/** A track of one part of a video, with the hash and the size of its initialisation segment, which is the same in all parts. */
export interface ChunkTrack extends Track {
  readonly initHash: string;
  readonly initBytes: number;
}

/** Hashes and measures the initialisation segment of a track, before it is encrypted. */
export async function describeTrack(outDir: string, track: Track): Promise<ChunkTrack> {
  const init = await readFile(join(outDir, track.initPath));
  return {
    ...track,
    initHash: createHash('sha256').update(init).digest('hex'),
    initBytes: init.length,
  };
}

/**
 * Shifts the segments of a picture track that was encoded as a part of a video to their time in the whole.
 *
 * @throws `media.encoder_failed` if the track does not have the frames of the part, or they do not all last equally long
 */
export async function placeTrack(outDir: string, track: Track, part: EncodeRange): Promise<void> {
  const { folder, segments } = track;
  const ticks = ticksOfFrame(track) * BigInt(part.startFrame);
  checkFrames(folder, segments, part);
  if (ticks === 0n) return;
  for (const { path } of segments) {
    const bytes = await readFile(join(outDir, path));
    shiftSegment(bytes, ticks);
    await writeFile(join(outDir, path), bytes);
  }
}

function checkFrames(folder: string, segments: Track['segments'], { frames, startFrame }: EncodeRange): void {
  const found = sum(segments.map((segment) => segment.frames));
  if (frames === null || found === frames) return;
  throw new LandfallError(
    'media.encoder_failed',
    `${folder}: found ${found} frames from frame ${startFrame} on, expected ${frames}`,
  );
}

/** Duration of one frame in ticks: the rate is constant. */
function ticksOfFrame({ folder, segments }: Track): bigint {
  const ticks = sum(segments.map((segment) => segment.ticks));
  const frames = sum(segments.map((segment) => segment.frames));
  if (frames === 0 || ticks % frames !== 0) {
    throw new LandfallError('media.encoder_failed', `${folder}: ${frames} frames last ${ticks} ticks`);
  }
  return BigInt(ticks / frames);
}

/**
 * Joins the parts of one track, in order. It touches no files: the segments stay where they are.
 *
 * @throws `media.encoder_failed` if the parts do not fit together: different initialisation segments, or a missing or duplicate
 * segment
 */
export function joinTracks(parts: readonly ChunkTrack[]): ChunkTrack {
  const [first] = parts;
  if (!first) throw new LandfallError('media.encoder_failed', 'a track has no parts');
  const { folder, initHash, timescale, codec } = first;
  const odd = parts.findIndex(
    (part) =>
      part.initHash !== initHash ||
      part.timescale !== timescale ||
      part.codec !== codec ||
      part.folder !== folder,
  );
  if (odd > 0)
    throw new LandfallError('media.encoder_failed', `${folder}: part ${odd} was encoded differently`);
  const segments = parts.flatMap((part) => part.segments);
  const gap = segments.findIndex(({ path }, index) => Number(/(\d+)\.m4s$/.exec(path)?.[1]) !== index);
  if (gap >= 0) {
    throw new LandfallError(
      'media.encoder_failed',
      `${folder}: ${segments[gap]?.path} is at position ${gap} of the whole`,
    );
  }
  return { ...first, segments };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}
