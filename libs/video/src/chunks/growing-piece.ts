import type { MadeRendition } from '#media';
import { type GrowingPiece, masterPath } from '#playlists';
import type { MediaFacts } from '../facts/media-facts.js';
import { encryptionWith } from '../streams/encrypt-track.js';
import { playlistType, rungsOf, soundOf } from '../streams/finish-streams.js';
import { smallestRung, type StreamPlan } from '../streams/stream-plan.js';
import type { EncodedChunk } from './encode-chunk.js';

/** The rung or sound of a chunk that plays before the whole is made. @param key the key that the chunk is encrypted with */
export function pieceOf({ hls }: StreamPlan, { tracks }: EncodedChunk, key?: Buffer): GrowingPiece | null {
  const part = hls && (rungsOf(hls, tracks)[0] ?? soundOf(hls, tracks));
  if (!part) return null;
  return { part, iv: key ? encryptionWith(key).ivOf(part.track.folder) : null };
}

/** The facts of a stream that still grows; its duration is that of the finished stream. */
export function describeGrowing(
  plan: StreamPlan,
  { video, durationMs }: MediaFacts,
): Pick<MadeRendition, 'main' | 'width' | 'height' | 'durationMs'> & { mimeType: string } {
  const size = smallestRung(plan)?.target.size;
  return {
    main: masterPath,
    mimeType: playlistType,
    width: size?.width ?? null,
    height: size?.height ?? null,
    durationMs: video?.endMs ?? durationMs,
  };
}
