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
 * All chunks of a video as one.
 *
 * @throws `media.encoder_failed` when they do not make a whole; when the pictures end long before those of the source too
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
 * Writes what names the segments of a stream that was encoded in chunks: playlists, master and manifest.
 *
 * @param key encrypted the chunks
 * @returns only the files that were written; the others lie where they were stored
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

/** Writes the playlist of each track into its folder, which is there. */
export async function writePlaylists(outDir: string, tracks: readonly Track[]): Promise<void> {
  for (const track of tracks)
    await writeFile(join(outDir, playlistIn(track.folder)), writeMediaPlaylist(track, null));
}
