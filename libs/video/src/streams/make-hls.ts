import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { options } from '../ffmpeg/command-line.js';
import { audioArgs, noTags, videoArgs } from '../encoding/encoder-args.js';
import { lateForGrid, shiftBy } from '../encoding/frame-grid.js';
import type { VideoFacts } from '../facts/media-facts.js';
import type { PictureTrack, SoundTrack } from '../encoding/tracks.js';
import type { StreamPlan } from './stream-plan.js';
import { playlistIn } from '#playlists';

/** Bitrate of the sound, which all rungs share. */
const audioKbps = 128;

/** Creates the folders of tracks, because ffmpeg does not. */
export async function makeFolders(tracks: readonly { folder: string }[], outDir: string): Promise<void> {
  await Promise.all(tracks.map(({ folder }) => mkdir(join(outDir, folder), { recursive: true })));
}

/**
 * The ffmpeg output options of one picture track, cut at every keyframe.
 *
 * @param label label of the filter graph output that feeds it
 * @param firstSegment number of its first segment
 */
export function pictureOutput(
  { folder, target, encoder }: PictureTrack,
  label: string,
  cores: number,
  firstSegment: number,
): string[] {
  // Half a frame less than the GOP, so that rounding never skips a cut.
  const cutSeconds = (target.keyFrames - 0.5) / target.frameRate;
  return [
    ...options({ map: label }),
    ...videoArgs(encoder, target, cores),
    ...segmentArgs(folder, cutSeconds, firstSegment),
  ];
}

/**
 * The ffmpeg output options of the sound, cut where the pictures are.
 *
 * @param filters applied last, such as a change of loudness
 * @param video the sound is padded with silence to its end, because a player stops where sound ends before the picture
 */
export function soundOutput(
  { folder, audio }: SoundTrack,
  { pictures, segmentSeconds }: StreamPlan,
  filters: readonly string[],
  video: VideoFacts,
): string[] {
  const target = pictures[0]?.target;
  const cutSeconds = target ? target.keyFrames / target.frameRate : segmentSeconds;
  const late = target ? lateForGrid(video.startMs, target.frameRate) : 0;
  const padded = video.endMs === null ? [] : [`apad=whole_dur=${video.endMs}ms`];
  return [
    ...audioArgs(audio, audioKbps, { before: shiftBy('asetpts', late), behind: [...padded, ...filters] }),
    ...segmentArgs(folder, cutSeconds, 0),
  ];
}

function segmentArgs(folder: string, cutSeconds: number, firstSegment: number): string[] {
  return [
    ...noTags,
    ...options({
      f: 'hls',
      hls_time: cutSeconds.toFixed(6),
      hls_playlist_type: 'vod',
      hls_list_size: 0,
      hls_segment_type: 'fmp4',
      hls_flags: 'independent_segments',
      start_number: firstSegment,
      // B-frames make the first timestamps negative; shifting them to 0 would delay the picture against the sound, which is not
      // shifted.
      avoid_negative_ts: 'disabled',
      hls_fmp4_init_filename: 'init.mp4',
      hls_segment_filename: `${folder}/segment_%05d.m4s`,
    }),
    playlistIn(folder),
  ];
}
