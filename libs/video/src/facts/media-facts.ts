/** The colour tags of a picture by their ffmpeg names; null where there are none. */
export interface VideoColours {
  readonly matrix: string | null;
  readonly primaries: string | null;
  readonly transfer: string | null;
}

/** The facts of a video stream. */
export interface VideoFacts {
  /** Index of the stream in its file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly profile: string | null;
  /** Displayed size: after rotation, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** Clockwise rotation by a player: 0, 90, 180 or 270 degrees. */
  readonly rotation: number;
  /** True if a player also mirrors the picture, as that of a front camera. */
  readonly mirrored: boolean;
  /** Frames per second; null if the container does not state it. */
  readonly frameRate: number | null;
  readonly pixelFormat: string | null;
  readonly colours: VideoColours;
  /** True for the PQ and HLG transfer curves. */
  readonly hdr: boolean;
  /** Peak luminance of an HDR picture in cd/m²; null if not stated or implausible. */
  readonly peakNits: number | null;
  readonly interlaced: boolean;
  /** True if black is 0 and white 255, as in a photo. */
  readonly fullRange: boolean;
  /** Start of the picture relative to the start of the file, with microsecond precision. */
  readonly startMs: number;
  /** End of the picture relative to the start of the file; null if the container does not state it. */
  readonly endMs: number | null;
}

/** The facts of an audio stream. */
export interface AudioFacts {
  /** Index of the stream in its file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly channels: number;
  /** `mono`, `stereo`, `5.1`, …; null if the file does not state it. */
  readonly channelLayout: string | null;
  readonly sampleRateHz: number;
  readonly language: string | null;
}

/** The facts of a subtitle stream. */
export interface SubtitleFacts {
  /** Index of the stream in its file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly language: string | null;
  readonly title: string | null;
  /** Shown even if subtitles are off: signs, dialogue in another language. */
  readonly forced: boolean;
}

/** One stream of any type. Facts that it does not have or state are null. */
export interface StreamFacts {
  readonly index: number;
  /** `video`, `audio`, `subtitle`, `data`, `attachment`, or `cover` for a still picture beside the media. */
  readonly type: string | null;
  readonly codec: string | null;
  readonly profile: string | null;
  /** Displayed size: after rotation, with square pixels. */
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
  readonly bitrateBps: number | null;
  readonly hdr: 'pq' | 'hlg' | 'dolby-vision' | null;
  readonly bitDepth: number | null;
  readonly channels: number | null;
  /** `mono`, `stereo`, `5.1`, … */
  readonly channelLayout: string | null;
  readonly sampleRateHz: number | null;
  readonly language: string | null;
  readonly title: string | null;
  /** What the stream is for: `default`, `forced`, `hearing_impaired`, … */
  readonly dispositions: readonly string[];
}

/**
 * Facts of a media file, known without decoding all of it. Cover art does not count as video: a song with a cover is `audio`.
 */
export interface MediaFacts {
  readonly kind: 'video' | 'audio';
  readonly container: string;
  readonly durationMs: number | null;
  /** Time of its first frame in its own timestamps. */
  readonly startMs: number;
  readonly bitrateBps: number | null;
  readonly video: VideoFacts | null;
  readonly audio: AudioFacts | null;
  readonly subtitles: readonly SubtitleFacts[];
  /** The first 64 streams. */
  readonly streams: readonly StreamFacts[];
  readonly chapterCount: number;
  /** Container tags with lower-case names, bounded, without locations (GPS). */
  readonly tags: Readonly<Record<string, string>>;
  /** The output of ffprobe (`format` and `streams`), bounded; may contain locations. */
  readonly raw: Readonly<Record<string, unknown>>;
}
