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
  /** Sides below this are not taken. */
  readonly minSide: number;
  options(target: PictureTarget, cores: number): Record<string, string | number>;
}
