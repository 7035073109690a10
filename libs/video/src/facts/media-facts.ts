/** What a picture says of its colours, in ffmpeg's words; null for what it does not say. */
export interface VideoColours {
  readonly matrix: string | null;
  readonly primaries: string | null;
  readonly transfer: string | null;
}

export interface VideoFacts {
  /** Number of the stream in its file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly profile: string | null;
  /** Width and height as shown: after rotation, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** Clockwise turn that a player makes: 0, 90, 180 or 270 degrees. */
  readonly rotation: number;
  /** True when a player also flips the picture, as that of a camera that faces its owner. */
  readonly mirrored: boolean;
  /** Frames a second; null when the container does not tell. */
  readonly frameRate: number | null;
  readonly pixelFormat: string | null;
  readonly colours: VideoColours;
  /** True for the PQ and HLG transfer curves. */
  readonly hdr: boolean;
  /** The brightest light of an HDR picture in cd/m², as it tells; null when it does not, or what it tells cannot be. */
  readonly peakNits: number | null;
  readonly interlaced: boolean;
  /** True when black is 0 and white 255, as in a photo. */
  readonly fullRange: boolean;
  /** When the picture begins, counted from the beginning of the file; to the microsecond. */
  readonly startMs: number;
  /** When the picture ends, counted from the beginning of the file; null when the container does not tell. */
  readonly endMs: number | null;
}

export interface AudioFacts {
  /** Number of the stream in its file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly channels: number;
  /** `mono`, `stereo`, `5.1`, …; null when the file does not say where its channels stand. */
  readonly channelLayout: string | null;
  readonly sampleRateHz: number;
  readonly language: string | null;
}

export interface SubtitleFacts {
  /** Number of the stream in its file. */
  readonly streamIndex: number;
  readonly codec: string;
  readonly language: string | null;
  readonly title: string | null;
  /** Shown even to those who want none: signs, another language. */
  readonly forced: boolean;
}

/** One stream of any type. What it does not have, or does not tell, is null. */
export interface StreamFacts {
  readonly index: number;
  /** `video`, `audio`, `subtitle`, `data`, `attachment`, or `cover` for a still picture beside the media. */
  readonly type: string | null;
  readonly codec: string | null;
  readonly profile: string | null;
  /** As shown: after rotation, with square pixels. */
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

/** What a media file is, told without decoding it. Cover art is no video: a song with a cover is `audio`. */
export interface MediaFacts {
  readonly kind: 'video' | 'audio';
  readonly container: string;
  readonly durationMs: number | null;
  /** Time of its first frame on its own clock. */
  readonly startMs: number;
  readonly bitrateBps: number | null;
  readonly video: VideoFacts | null;
  readonly audio: AudioFacts | null;
  readonly subtitles: readonly SubtitleFacts[];
  /** The first 64 streams. */
  readonly streams: readonly StreamFacts[];
  readonly chapterCount: number;
  /** Tags of the container with lower-case names, bounded; places (GPS) are left out. */
  readonly tags: Readonly<Record<string, string>>;
  /** What ffprobe said (`format` and `streams`), bounded; places are in it. */
  readonly raw: Readonly<Record<string, unknown>>;
}
