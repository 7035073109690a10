import { rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { LandfallError } from '#runtime';
import { options } from './command-line.js';
import { hasParts } from './find-ffmpeg.js';
import type { FfmpegTools, MediaFacts } from './media-facts.js';
import { pictureFilters } from './picture-filters.js';
import { runFfmpeg } from './run-ffmpeg.js';

export interface PosterSpec {
  readonly name: string;
  /** Largest width in pixels; the source is never enlarged. */
  readonly width: number;
  readonly format: 'webp' | 'jpeg';
  /** 1 (small) to 100 (good). */
  readonly quality: number;
}

const timeoutMs = 120_000;
/** The opening in which a frame is looked for. */
const openingSeconds = 10;
/** A decoder refuses larger frames than 8K, and than the video had when it was probed. */
const maxPixels = 7_680 * 4_320;
/** A frame is black when at least 85 % of it is darker than luma 40; black itself is 16. */
const notBlack =
  'blackframe=amount=0:threshold=40,metadata=mode=select:key=lavfi.blackframe.pblack:value=85:function=less';

/**
 * Writes the first frame that is not black, of the first 10 seconds; the very first when all are black. ffmpeg writes
 * the picture itself; one without libwebp writes JPEG instead of WebP, and the result's `mimeType` tells.
 *
 * @param source a local path, or a (signed) http(s) URL of which only the opening is read
 * @throws what `transcodeVideo` throws
 */
export async function makePoster(
  tools: FfmpegTools,
  source: string,
  facts: MediaFacts,
  spec: PosterSpec,
  outFile: string,
  signal: AbortSignal,
): Promise<{ width: number; height: number; mimeType: string }> {
  const { video } = facts;
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  const width = Math.min(spec.width, video.width);
  const height = Math.max(1, Math.round((video.height * width) / video.width));
  const webp = spec.format === 'webp' && (await hasParts(tools, 'encoders', ['libwebp'], signal));
  const opening = await pictureFilters(tools, video, `trim=end=${openingSeconds}`, { width, height }, signal);
  const encoder = webp ? webpEncoder(spec.quality) : jpegEncoder(spec.quality);

  await rm(outFile, { force: true });
  for (const filters of [`${opening},${notBlack}`, opening]) {
    await runFfmpeg(tools, {
      source,
      durationMs: null,
      maxPixels: Math.max(maxPixels, video.width * video.height),
      outputArgs: [
        ...options({
          map: `0:${video.streamIndex}`,
          vf: `${filters},${encoder.filters}`,
          ...encoder.options,
          'frames:v': 1,
          map_metadata: -1,
          f: 'image2',
          update: 1,
        }),
        basename(outFile),
      ],
      outDir: dirname(outFile),
      timeoutMs,
      signal,
    });
    if (await isWritten(outFile)) return { width, height, mimeType: webp ? 'image/webp' : 'image/jpeg' };
  }
  throw new LandfallError('media.damaged', 'no frame of the video can be decoded');
}

/** Both formats keep colours as BT.601; WebP in the limited range, JPEG in the full one. */
function webpEncoder(quality: number) {
  return {
    filters: 'scale=out_color_matrix=bt601:out_range=tv',
    options: { 'c:v': 'libwebp', quality },
  };
}

/** ffmpeg counts JPEG quality from 2 (good) to 31. */
function jpegEncoder(quality: number) {
  return {
    filters: 'scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p',
    options: { 'c:v': 'mjpeg', 'q:v': 2 + Math.round((100 - quality) * 0.15) },
  };
}

async function isWritten(path: string): Promise<boolean> {
  const found = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return null;
    throw thrown;
  });
  return found !== null && found.size > 0;
}
