import { join } from 'node:path';
import { options } from '../ffmpeg/command-line.js';
import { measureOutput } from '../encoding/check-output.js';
import type { Measured } from '../encoding/check-output.js';
import { noTags } from '../encoding/encoder-args.js';
import type { Bench } from '../encoding/video-work.js';
import { runTool } from '../ffmpeg/run-tool.js';
import { playlistIn } from '#playlists';

export const mp4Path = 'video.mp4';

/**
 * Remuxes an MP4 from the segments of a picture track and a sound track, without encoding again. The index precedes the media,
 * so that it plays while it loads.
 *
 * @param bench `outDir` holds the folders of both tracks with their playlists, and receives `video.mp4`
 * @throws `media.encoder_failed`, `media.timed_out`, `media.scratch_full`; the signal's reason after an abort
 */
export async function joinMp4(
  bench: Bench,
  picture: { folder: string; codec: string },
  soundFolder: string | null,
): Promise<Measured> {
  const { tools, outDir, limits, signal } = bench;
  const folders = [picture.folder, ...(soundFolder === null ? [] : [soundFolder])];
  await runTool({
    command: tools.ffmpegPath,
    task: 'mp4',
    args: [
      '-nostdin',
      '-nostats',
      '-hide_banner',
      '-y',
      '-loglevel',
      'error',
      ...folders.flatMap((folder) =>
        options({ protocol_whitelist: 'file', format_whitelist: 'hls,mov', i: playlistIn(folder) }),
      ),
      ...folders.flatMap((_, index) => options({ map: index })),
      ...options({ c: 'copy', movflags: '+faststart', f: 'mp4' }),
      ...noTags,
      mp4Path,
    ],
    source: join(outDir, mp4Path),
    cwd: outDir,
    bounds: tools,
    timeoutMs: limits.timeoutMs,
    signal,
    otherwise: 'media.encoder_failed',
    nice: true,
    onOutput: () => undefined,
  });
  const codecs = [picture.codec, ...(soundFolder === null ? [] : ['aac'])];
  return measureOutput(bench, mp4Path, codecs);
}
