import type { Size } from '#media';
import type { VideoCodec } from '#media';

/** The encoding target of one picture track. */
export interface PictureTarget {
  readonly size: Size;
  /** Frames per second, constant. */
  readonly frameRate: number;
  /** GOP length in frames, the same in every rung. */
  readonly keyFrames: number;
  readonly maxKbps: number;
  /** Settings from measuring the video; if unset, the usual ones. */
  readonly auto?: AutoTarget;
}

/** Settings of a rung that were planned by measuring the video. */
export interface AutoTarget {
  /** Steps above the usual CRF of H.264; higher is coarser. */
  readonly coarser: number;
  /** Whether the encoder may take longer to reach the same quality with fewer bits. */
  readonly thorough: boolean;
  /** Expected average bitrate, for encoders without constant quality. */
  readonly averageKbps: number;
}

/** An encoder of ffmpeg and its options. */
export interface Encoder {
  /** Its name in ffmpeg. */
  readonly name: string;
  readonly codec: VideoCodec;
  readonly hardware: boolean;
  /** Options before the input that open the device. */
  readonly setUp: readonly string[];
  /** The filter before the encoder, for the pixel format and the upload to device memory. */
  readonly filter: string;
  /** Whether it has a constant quality mode with a bitrate cap; others target an average bitrate. */
  readonly keepsQuality: boolean;
  /** Minimum length of the shorter side in pixels. */
  readonly minSide: number;
  options(target: PictureTarget, cores: number): Record<string, string | number>;
}
