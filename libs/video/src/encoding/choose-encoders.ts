import { LandfallError } from '#runtime';
import type { Encoder } from './encoders.js';
import { hasParts } from '../ffmpeg/find-ffmpeg.js';
import { hardwareEncoder } from './hardware-encoders.js';
import type { Size } from '#media';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import type { VideoCodec, VideoRange } from '#media';
import { keepingHdr, softwareEncoders } from './software-encoders.js';

/** Returns the encoder of a codec for a picture of this size and range. */
export type EncoderOf = (codec: VideoCodec, size: Size, range: VideoRange) => Encoder;

/**
 * Finds the software encoders of this ffmpeg. The returned function throws `media.encoder_missing` if none fits codec and size.
 */
export async function findSoftware(
  tools: FfmpegTools,
  codecs: readonly VideoCodec[],
  signal: AbortSignal,
): Promise<EncoderOf> {
  const wanted = softwareEncoders.filter(({ codec }) => codecs.includes(codec));
  // Every supported ffmpeg has x264, so it is not worth starting ffmpeg to check.
  const found = await Promise.all(
    wanted.map(async (encoder) =>
      encoder.codec === 'h264' || (await hasParts(tools, 'encoders', [encoder.name], signal))
        ? encoder
        : null,
    ),
  );
  return (codec, { width, height }, range) => {
    const encoder = found.find((one) => one?.codec === codec && Math.min(width, height) >= one.minSide);
    if (encoder) return range === 'SDR' ? encoder : keepingHdr(encoder, range);
    throw new LandfallError(
      'media.encoder_missing',
      `this ffmpeg has no ${codec} encoder for ${width} × ${height}`,
    );
  };
}

/** Prefers hardware encoders; uses software for the codecs and sizes that they do not take, and for HDR. */
export function preferHardware({ hardware }: FfmpegTools, software: EncoderOf): EncoderOf {
  return (codec, size, range) => {
    const kind = hardware?.codecs.includes(codec) ? hardware.kind : null;
    if (!kind || range !== 'SDR') return software(codec, size, range);
    const encoder = hardwareEncoder(kind, codec);
    return Math.min(size.width, size.height) >= encoder.minSide ? encoder : software(codec, size, range);
  };
}
