import { options } from '../ffmpeg/command-line.js';
import { measureOutput } from '../encoding/check-output.js';
import { hasParts } from '../ffmpeg/find-ffmpeg.js';
import type { Bench } from '../encoding/video-work.js';
import type { LoopSpec, MadeRendition, Size } from '#media';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';

/** All frames of an animation as an APNG. */
export interface Frames extends Size {
  readonly file: string;
  /** Display time of each frame. */
  readonly delaysMs: readonly number[];
}

/**
 * Limits of the frame rate and of the number of frames: screens show no more, and a slide show of hours needs no grid of 10 ms.
 */
const mostRate = 50;
const mostFrames = 18_000;
const stepMs = 10;

/**
 * Encodes an animation as a silent video of a constant rate that keeps the display time of each frame.
 *
 * @param bench `outDir` receives one file, named after the spec
 * @returns the rendition; the `mimeType` of its file says whether it is MP4 or WebM
 * @throws what `transcodeVideo` throws
 */
export async function makeLoop(
  bench: Bench,
  { file, delaysMs, ...source }: Frames,
  spec: LoopSpec,
): Promise<MadeRendition> {
  const { tools, outDir, limits, signal } = bench;
  const webm = spec.format === 'webm' && (await hasParts(tools, 'encoders', ['libvpx-vp9'], signal));
  const size = sizeOf(source, spec.width);
  const totalMs = delaysMs.reduce((sum, delay) => sum + delay, 0);
  const rate = rateOf(delaysMs, totalMs);
  const frames = Math.max(1, Math.round((totalMs * rate) / 1_000));
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(spec.background.slice(at, at + 2), 16));
  const path = `${spec.name}.${webm ? 'webm' : 'mp4'}`;
  await runFfmpeg(tools, {
    task: 'loop',
    source: file,
    durationMs: totalMs,
    maxPixels: limits.maxPixels,
    outputArgs: [
      ...options({
        filter_complex: [
          // The rate is set first, because `overlay` outputs frames without an end time. `tpad` holds the last frame, which may
          // last longer than the file states.
          `[0:v]scale=${size.width}:${size.height},setsar=1,fps=fps=${rate}:start_time=0,` +
            `tpad=stop=-1:stop_mode=clone,trim=end_frame=${frames},format=rgba,split[over][under]`,
          `[under]lutrgb=r=${red}:g=${green}:b=${blue}:a=255[ground]`,
          '[ground][over]overlay=format=gbrp,scale=out_color_matrix=bt709:out_range=tv,' +
            'setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709,format=yuv420p[loop]',
        ].join(';'),
        map: '[loop]',
      }),
      ...(webm ? webmArgs(spec.quality) : mp4Args(spec.quality)),
      ...options({ map_metadata: -1 }),
      path,
    ],
    outDir,
    timeoutMs: limits.timeoutMs,
    signal,
  });
  const { durationMs } = await measureOutput(bench, path, [webm ? 'vp9' : 'h264']);
  return {
    files: [{ path, mimeType: webm ? 'video/webm' : 'video/mp4' }],
    main: path,
    ...size,
    durationMs,
    encoder: webm ? 'libvpx-vp9' : 'libx264',
    details: { frameRate: rate, frames: delaysMs.length },
  };
}

/** Scales to the wanted width, with the even sides that H.264 and VP9 in 4:2:0 require. */
function sizeOf({ width, height }: Size, wanted: number): Size {
  const even = (side: number) => Math.max(2, 2 * Math.round(side / 2));
  const shown = Math.min(wanted, width);
  return { width: even(shown), height: even((height * shown) / width) };
}

/** The rate at which every frame begins on the grid, as far as the limits allow. */
function rateOf(delaysMs: readonly number[], totalMs: number): number {
  const steps = delaysMs.map((delay) => Math.max(1, Math.round(delay / stepMs)));
  const step = steps.reduce(greatestCommonDivisor) * stepMs;
  return Math.min(mostRate, 1_000 / step, (mostFrames * 1_000) / totalMs);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

/** Maps quality 1 to 100 to CRF 51 to 16. */
function mp4Args(quality: number): string[] {
  return options({
    'c:v': 'libx264',
    preset: 'medium',
    'profile:v': 'high',
    crf: Math.round(51 - quality * 0.35),
    movflags: '+faststart',
    f: 'mp4',
  });
}

/** Maps quality 1 to 100 to CRF 60 to 15. */
function webmArgs(quality: number): string[] {
  return options({
    'c:v': 'libvpx-vp9',
    'b:v': 0,
    crf: Math.round(60 - quality * 0.45),
    deadline: 'good',
    'cpu-used': 4,
    'row-mt': 1,
    f: 'webm',
  });
}
