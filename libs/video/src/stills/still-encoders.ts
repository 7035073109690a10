import { hasParts } from '../ffmpeg/find-ffmpeg.js';
import type { FfmpegTools } from '../ffmpeg/tools.js';

/** The ffmpeg options that write a still picture. */
export interface StillEncoder {
  readonly mimeType: 'image/webp' | 'image/jpeg';
  readonly ending: '.webp' | '.jpg';
  /** Filters from 8-bit 4:2:0 to what the encoder takes. */
  readonly filters: string;
  readonly options: Readonly<Record<string, string | number>>;
}

/**
 * The encoder of a format; JPEG if this ffmpeg has no libwebp.
 *
 * @param quality 1 (small) to 100 (good)
 */
export async function chooseStillEncoder(
  tools: FfmpegTools,
  { format, quality }: { format: 'webp' | 'jpeg'; quality: number },
  signal: AbortSignal,
): Promise<StillEncoder> {
  const webp = format === 'webp' && (await hasParts(tools, 'encoders', ['libwebp'], signal));
  // Both formats store colours as BT.601; WebP in limited range, JPEG in full range.
  return webp
    ? {
        mimeType: 'image/webp',
        ending: '.webp',
        filters: 'scale=out_color_matrix=bt601:out_range=tv',
        options: { 'c:v': 'libwebp', quality },
      }
    : {
        mimeType: 'image/jpeg',
        ending: '.jpg',
        filters: 'scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p',
        // The JPEG quality of ffmpeg goes from 2 (good) to 31.
        options: { 'c:v': 'mjpeg', 'q:v': 2 + Math.round((100 - quality) * 0.15) },
      };
}
