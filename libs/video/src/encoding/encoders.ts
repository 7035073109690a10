import type { Size } from '#media';
import type { VideoCodec } from '#media';

/** What one picture track is to be. */
export interface PictureTarget {
  readonly size: Size;
  /** Frames a second, constant. */
  readonly frameRate: number;
  /** Frames from one key frame to the next: the same in every rung. */
  readonly keyFrames: number;
  readonly maxKbps: number;
  /** What a probe of the video said of it; unless set it is encoded as any other. */
  readonly auto?: AutoTarget;
}

/** How one rung of a ladder is encoded that was planned from a probe. */
export interface AutoTarget {
  /** Steps of constant quality (CRF of H.264) above the usual one: coarser. */
  readonly coarser: number;
  /** Whether the encoder may take longer for the same picture in fewer bits. */
  readonly thorough: boolean;
  /** The expected average: for encoders without constant quality. */
  readonly averageKbps: number;
}

/** One way to encode a codec, as ffmpeg is told of it. */
export interface Encoder {
  /** As ffmpeg calls it. */
  readonly name: string;
  readonly codec: VideoCodec;
  readonly hardware: boolean;
  /** Options before the input: the device. */
  readonly setUp: readonly string[];
  /** The filter before the encoder: its pixel format, and the way into the device's memory. */
  readonly filter: string;
  /** Whether it keeps a quality below a highest bitrate; others aim at an average. */
  readonly keepsQuality: boolean;
  /** Sides below this are not taken. */
  readonly minSide: number;
  options(target: PictureTarget, cores: number): Record<string, string | number>;
}
