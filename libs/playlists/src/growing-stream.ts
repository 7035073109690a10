import { type Rung, type Sound, writeMasterPlaylist } from './master-playlist.js';
import { type Encryption, writeMediaPlaylist } from './media-playlist.js';
import { masterPath, playlistIn, type Track } from './track.js';

/** A stretch of a stream that plays before the whole is made, as whoever made it wrote it down. */
export interface GrowingPiece<Part = Rung | Sound> {
  readonly part: Part;
  /** The initialisation vector in hexadecimal; null when it is not encrypted. */
  readonly iv: string | null;
}

/** What plays already of a stream: one rung, and the sound where the stream has any. */
export interface GrowingStream {
  /** In their order and without a gap, from the beginning on; one at least. */
  readonly pictures: readonly GrowingPiece<Rung>[];
  /** From the beginning on. */
  readonly sound: GrowingPiece<Sound> | null;
  /** Nothing is missing of these tracks. */
  readonly isWhole: boolean;
}

/**
 * Writes a playlist of a stream of which more is made all the while: its master, which names what plays already, or that of
 * one track. Pictures and sound are cut where both are there. What it lists it lists ever after, in the same place. Once they are
 * whole it ends: who is at the end of the film does not wait for rungs that they will not see.
 *
 * @param keyUri address of the key of an encrypted stream, relative to the playlist of a track
 * @returns null when it has no such playlist, or not yet
 */
export function writeGrowing(
  { pictures, sound, isWhole }: GrowingStream,
  path: string,
  keyUri: string,
): string | null {
  const [first] = pictures;
  if (!first) return null;
  const segments = pictures.flatMap(({ part }) => part.track.segments);
  const count = Math.min(segments.length, sound?.part.track.segments.length ?? Infinity);
  if (count === 0) return null;
  const cut = (track: Track, all = track.segments): Track => ({
    ...track,
    segments: isWhole ? all : all.slice(0, count),
  });
  const rung = { ...first.part, track: cut(first.part.track, segments) };
  const heard = sound && { ...sound.part, track: cut(sound.part.track) };
  if (path === masterPath) return writeMasterPlaylist({ rungs: [rung], sound: heard, subtitles: [] });
  const pieces = [
    { track: rung.track, iv: first.iv },
    ...(heard ? [{ track: heard.track, iv: sound.iv }] : []),
  ];
  const wanted = pieces.find(({ track }) => playlistIn(track.folder) === path);
  return wanted
    ? writeMediaPlaylist(wanted.track, encryptionOf(wanted.iv, keyUri), isWhole ? 'ended' : 'growing')
    : null;
}

function encryptionOf(iv: string | null, keyUri: string): Encryption | null {
  return iv === null ? null : { keyUri, ivOf: () => iv };
}
