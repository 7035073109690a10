import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDuration } from '../encoding/check-output.js';
import { joinTracks } from './chunk-tracks.js';
import type { EncodedChunk } from './encode-chunk.js';
import { writeHls } from '../streams/finish-streams.js';
import { makeFolders } from '../streams/make-hls.js';
import type { MediaFacts } from '../facts/media-facts.js';
import { secondsOf, writeMediaPlaylist } from '#playlists';
import type { MadeRendition } from '#media';
import type { StreamPlan } from '../streams/stream-plan.js';
import { playlistIn, type Track } from '#playlists';

/**
 * Joins all chunks of a video.
 *
 * @throws `media.encoder_failed` if they do not fit together, or if the pictures end long before those of the source
 */
export function joinChunks(
  facts: MediaFacts,
  plan: StreamPlan,
  chunks: readonly EncodedChunk[],
): EncodedChunk {
  const byFolder = Map.groupBy(
    chunks.flatMap(({ tracks }) => tracks),
    (track) => track.folder,
  );
  const tracks = [...byFolder.values()].map(joinTracks);
  const pictures = new Set(plan.pictures.map(({ folder }) => folder));
  const durationMs = facts.video?.endMs ?? facts.durationMs;
  const whole = { tools: {}, facts: { ...facts, durationMs }, source: 'the chunks' };
  for (const track of tracks) {
    if (!pictures.has(track.folder)) continue;
    checkDuration(whole, secondsOf(track) * 1_000, []);
  }
  return {
    tracks,
    subtitles: chunks.flatMap((chunk) => chunk.subtitles),
    leftOut: chunks.flatMap((chunk) => chunk.leftOut),
    loudness: chunks.find((chunk) => chunk.loudness)?.loudness ?? null,
  };
}

/**
 * Writes the playlists, the master playlist and the manifest of a stream that was encoded in chunks.
 *
 * @param key the key that the chunks are encrypted with
 * @returns a rendition with only the files written here; the others stay where they are stored
 */
export async function joinHls(
  plan: StreamPlan,
  { tracks, subtitles, leftOut, loudness }: EncodedChunk,
  outDir: string,
  key?: Buffer,
): Promise<MadeRendition> {
  await makeFolders([...tracks, ...subtitles], outDir);
  const sounds = new Set(plan.sounds.map(({ folder }) => folder));
  const made = await writeHls(
    plan,
    {
      pictures: tracks.filter(({ folder }) => !sounds.has(folder)),
      sounds: tracks.filter(({ folder }) => sounds.has(folder)),
      subtitles,
      leftOut,
    },
    outDir,
    key,
  );
  const details = { ...made.details, ...(loudness ? { loudness } : {}) };
  return { ...made, details, files: made.files.filter(({ path }) => /\.(m3u8|mpd)$/.test(path)) };
}

/** Writes the playlist of each unencrypted track into its folder, which must exist. */
export async function writePlaylists(outDir: string, tracks: readonly Track[]): Promise<void> {
  for (const track of tracks)
    await writeFile(join(outDir, playlistIn(track.folder)), writeMediaPlaylist(track, null));
}
