import { checkDuration } from './check-output.js';
import type { ChunkTrack } from './chunk-tracks.js';
import { writeHls } from './finish-streams.js';
import { makeFolders } from './make-hls.js';
import type { MediaFacts } from './media-facts.js';
import { writeMediaPlaylist } from './media-playlist.js';
import type { MadeRendition } from './renditions.js';
import type { StreamPlan } from './stream-plan.js';
import { playlistIn, type Track } from './track-files.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes what names the segments of a stream that was encoded in parts: playlists, master and manifest.
 *
 * @param tracks all of the stream, each joined from its parts
 * @param key encrypted the segments
 * @returns only the files that were written; the others lie where they were stored
 * @throws what tells that the source ended early, as `transcodeVideo` does
 */
export async function joinHls(
  plan: StreamPlan,
  facts: MediaFacts,
  tracks: readonly ChunkTrack[],
  outDir: string,
  key?: Buffer,
): Promise<MadeRendition> {
  await makeFolders(tracks, outDir);
  const soundFolders = plan.sounds.map(({ folder }) => folder);
  const made = await writeHls(
    plan,
    {
      pictures: tracks.filter(({ folder }) => !soundFolders.includes(folder)),
      sounds: tracks.filter(({ folder }) => soundFolders.includes(folder)),
      subtitles: [],
    },
    outDir,
    key,
  );
  checkDuration(facts, 'the chunks', made.durationMs, []);
  return { ...made, files: made.files.filter(({ path }) => !/\.(mp4|m4s)$/.test(path)) };
}

/** Writes the playlist of each track into its folder, which is there. */
export async function writePlaylists(outDir: string, tracks: readonly Track[]): Promise<void> {
  for (const track of tracks)
    await writeFile(join(outDir, playlistIn(track.folder)), writeMediaPlaylist(track, null));
}
