import { type Rung, type Sound, writeMasterPlaylist } from './master-playlist.js';
import { type Encryption, writeMediaPlaylist } from './media-playlist.js';
import { masterPath, playlistIn, type Track } from './track.js';

/** A stretch of a stream that plays before the whole is made. */
export interface GrowingPiece<Part = Rung | Sound> {
  readonly part: Part;
  /** The initialisation vector in hexadecimal; null if unencrypted. */
  readonly iv: string | null;
}

/** The part of a stream that already plays: one rung, and the sound if the stream has any. */
export interface GrowingStream {
  /** In order and without gaps from the start; at least one. */
  readonly pictures: readonly GrowingPiece<Rung>[];
  /** From the start. */
  readonly sound: GrowingPiece<Sound> | null;
  /** Whether these tracks are complete. */
  readonly isWhole: boolean;
}

/**
 * Writes a playlist of a stream that is still being made: the master playlist, which lists what already plays, or that of one
 * track. Tracks end where the shorter of picture and sound ends. Segments are only ever appended. Once the tracks are complete
 * the playlist ends, so that a viewer at the end does not wait for the other rungs.
 *
 * @param keyUri address of the key of an encrypted stream, relative to the playlist of a track
 * @returns null if the stream does not have this playlist, or not yet
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
