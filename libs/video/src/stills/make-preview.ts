import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import { measureOutput } from '../encoding/check-output.js';
import { options } from '../ffmpeg/command-line.js';
import { hasParts } from '../ffmpeg/find-ffmpeg.js';
import type { VideoFacts } from '../facts/media-facts.js';
import { decodeArgs } from '../ffmpeg/media-source.js';
import { type DecodedVideo, pictureFilters } from '../encoding/picture-filters.js';
import type { MadeRendition, PreviewSpec, Size } from '#media';
import type { VideoWork } from '../encoding/video-work.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { framePixels, seekTo } from './seek.js';
import { tryEach } from './try-each.js';
import { readWebpTimes } from './webp-times.js';

/** A part of the video. */
export interface Scene {
  readonly startS: number;
  readonly lengthS: number;
}

const timeoutMs = 300_000;
const sceneSeconds = 1.5;
const mostScenes = 5;

/**
 * Makes a short silent loop of scenes from all over the video, or of its beginning if it is less than twice as long as the
 * loop. An ffmpeg without animated WebP makes an MP4; the `mimeType` of the file says which.
 *
 * @param work through a range proxy, only the index and the scenes are read; `outDir` receives one file, named after the spec
 * @throws what `transcodeVideo` throws
 */
export async function makePreview(work: VideoWork, spec: PreviewSpec): Promise<MadeRendition> {
  const { tools, source, facts, outDir, signal } = work;
  const { video } = facts;
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  const webp = spec.format === 'webp' && (await hasParts(tools, 'encoders', ['libwebp_anim'], signal));
  const size = sizeOf(video, spec.width, webp);
  const rate = Math.min(spec.frameRate, video.frameRate ?? 25);
  const path = `${spec.name}.${webp ? 'webp' : 'mp4'}`;
  const maxPixels = framePixels(video);
  let durationMs: number | null = null;

  const whole = chooseScenes(null, spec.seconds);
  const scattered = chooseScenes(facts.durationMs, spec.seconds);
  await tryEach(scattered.length > 1 ? [scattered, whole] : [whole], async (scenes) => {
    const [first, ...others] = scenes.map(inputOptions);
    await runFfmpeg(tools, {
      task: 'preview',
      source,
      durationMs: null,
      maxPixels,
      inputOptions: first ?? [],
      outputArgs: [
        ...others.flatMap((seek) => seek.concat(decodeArgs(source, maxPixels))),
        ...options({
          filter_complex: await sceneGraph({ tools, video, signal }, scenes, { size, rate, webp }),
          map: '[loop]',
          'frames:v': Math.ceil(spec.seconds * rate),
        }),
        ...(webp ? webpArgs(spec.quality) : mp4Args(spec.quality)),
        ...options({ map_metadata: -1 }),
        path,
      ],
      outDir,
      timeoutMs,
      signal,
    });
    durationMs = await measure(work, path, webp);
    return durationMs !== null;
  });
  if (durationMs === null) throw new LandfallError('media.damaged', 'no frame of the video can be decoded');
  return {
    files: [{ path, mimeType: webp ? 'image/webp' : 'video/mp4' }],
    main: path,
    ...size,
    durationMs,
    encoder: webp ? 'libwebp_anim' : 'libx264',
    details: { frameRate: rate },
  };
}

/**
 * The scenes of a preview: about 1.5 s each and at most five, each in the middle of an equal part of the video; or the
 * beginning of a video whose duration is unknown or less than twice that of the preview. Pure.
 */
export function chooseScenes(durationMs: number | null, seconds: number): Scene[] {
  const durationS = (durationMs ?? 0) / 1_000;
  if (durationS < 2 * seconds) return [{ startS: 0, lengthS: seconds }];
  const count = Math.min(mostScenes, Math.max(1, Math.round(seconds / sceneSeconds)));
  const lengthS = seconds / count;
  return Array.from({ length: count }, (_, index) => ({
    startS: (durationS * (index + 0.5)) / count - lengthS / 2,
    lengthS,
  }));
}

/** Scales to the wanted width, for H.264 with the even sides that it requires. */
function sizeOf(video: VideoFacts, wantedWidth: number, webp: boolean): Size {
  const width = Math.min(wantedWidth, video.width);
  const height = Math.max(1, Math.round((video.height * width) / video.width));
  const fit = (side: number) => (webp ? side : Math.max(2, side - (side % 2)));
  return { width: fit(width), height: fit(height) };
}

function inputOptions({ startS, lengthS }: Scene): string[] {
  // Seeks exactly: from the keyframe before, two scenes of a video with few keyframes would be the same.
  return [...(startS > 0 ? seekTo(startS, true) : []), ...options({ t: (lengthS + 0.5).toFixed(3) })];
}

/** Converts every scene to one size and rate, and concatenates them. */
async function sceneGraph(
  from: DecodedVideo,
  scenes: readonly Scene[],
  { size, rate, webp }: { size: Size; rate: number; webp: boolean },
): Promise<string> {
  const parts: string[] = [];
  for (const [index, { lengthS }] of scenes.entries()) {
    const choose = `setpts=PTS-STARTPTS,fps=fps=${rate}:start_time=0:eof_action=pass,trim=duration=${lengthS.toFixed(3)}`;
    const filters = await pictureFilters(from, choose, size);
    parts.push(`[${index}:${from.video.streamIndex}]${filters}[s${index}]`);
  }
  const labels = scenes.map((_, index) => `[s${index}]`).join('');
  // WebP stores colours as BT.601 in limited range.
  const colours = webp ? ',scale=out_color_matrix=bt601:out_range=tv' : '';
  return [...parts, `${labels}concat=n=${scenes.length}:v=1:a=0${colours}[loop]`].join(';');
}

function webpArgs(quality: number): string[] {
  return options({ 'c:v': 'libwebp_anim', quality, loop: 0, f: 'webp' });
}

/** Maps quality 1 to 100 to CRF 51 to 16. */
function mp4Args(quality: number): string[] {
  return options({
    'c:v': 'libx264',
    preset: 'veryfast',
    'profile:v': 'high',
    crf: Math.round(51 - quality * 0.35),
    movflags: '+faststart',
    f: 'mp4',
  });
}

/** Duration of the loop in ms; null if it contains no frame. */
async function measure(work: VideoWork, path: string, webp: boolean): Promise<number | null> {
  const file = join(work.outDir, path);
  if ((await stat(file)).size === 0) return null;
  if (webp) return (await readWebpTimes(file))?.durationMs ?? null;
  return (await measureOutput(work, path, ['h264'])).durationMs;
}
