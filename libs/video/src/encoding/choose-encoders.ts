import { LandfallError } from '#runtime';
import type { Encoder } from './encoders.js';
import { hasParts } from '../ffmpeg/find-ffmpeg.js';
import { hardwareEncoder } from './hardware-encoders.js';
import type { Size } from '#media';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import type { VideoCodec, VideoRange } from '#media';
import { keepingHdr, softwareEncoders } from './software-encoders.js';

/** Tells the encoder of a codec for a picture of this size. */
export type EncoderOf = (codec: VideoCodec, size: Size, range: VideoRange) => Encoder;

/** The encoders of software. @throws `media.encoder_missing` when ffmpeg has none that the codec and size need */
export async function findSoftware(
  tools: FfmpegTools,
  codecs: readonly VideoCodec[],
  signal: AbortSignal,
): Promise<EncoderOf> {
  const wanted = softwareEncoders.filter(({ codec }) => codecs.includes(codec));
  // x264 is in every ffmpeg that this room takes: asking would cost each transcode a start of ffmpeg.
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

/** The encoders of the chip of this machine, and software's for what it does not take: HDR too. */
export function preferHardware({ hardware }: FfmpegTools, software: EncoderOf): EncoderOf {
  return (codec, size, range) => {
    const kind = hardware?.codecs.includes(codec) ? hardware.kind : null;
    if (!kind || range !== 'SDR') return software(codec, size, range);
    const encoder = hardwareEncoder(kind, codec);
    return Math.min(size.width, size.height) >= encoder.minSide ? encoder : software(codec, size, range);
  };
}
