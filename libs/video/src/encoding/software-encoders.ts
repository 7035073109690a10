import type { Encoder, PictureTarget } from './encoders.js';
import type { VideoRange } from '#media';
import { threadsOf } from '../ffmpeg/tools.js';

const inSoftware = {
  hardware: false,
  keepsQuality: true,
  setUp: [],
  filter: 'format=yuv420p',
  minSide: 2,
} as const;

const cap = ({ maxKbps }: PictureTarget) => ({ maxrate: `${maxKbps}k`, bufsize: `${2 * maxKbps}k` });

const coarserOf = ({ auto }: PictureTarget) => auto?.coarser ?? 0;

/** CRF steps of AV1 are finer: halving the bits takes about eight of them, but six of H.264. */
const av1Crf = (target: PictureTarget) => 35 + Math.round(coarserOf(target) * 1.4);

/**
 * Preset `veryfast`: three rungs of noisy 1080p took 42 s, against 53 s with `faster`, for the same size and an SSIM lower by
 * 0.002 to 0.008.
 */
const usual = (target: PictureTarget) => ({ preset: 'veryfast', crf: 23 + coarserOf(target) });

/**
 * The same SSIM with 5 to 15 % fewer bits in about 1.8 times the time. At the same CRF, `faster` is finer, so its CRF is
 * higher.
 */
const thorough = (target: PictureTarget) => ({ preset: 'faster', crf: 24.5 + coarserOf(target) });

/** H.264 High, which every player supports. */
export const x264: Encoder = {
  ...inSoftware,
  name: 'libx264',
  codec: 'h264',
  options: (target, cores) => ({
    ...(target.auto?.thorough ? thorough : usual)(target),
    'profile:v': 'high',
    threads: threadsOf(cores),
    ...cap(target),
    // No keyframes but ours, so that the segments of all rungs are aligned.
    sc_threshold: 0,
    keyint_min: target.keyFrames,
  }),
};

/** HEVC Main with the parameter sets only in the header (`hvc1`), as Apple's players require. */
const x265: Encoder = {
  ...inSoftware,
  name: 'libx265',
  codec: 'hevc',
  options: (target, cores) => ({
    preset: 'veryfast',
    'profile:v': 'main',
    'tag:v': 'hvc1',
    crf: 26 + coarserOf(target),
    ...cap(target),
    'x265-params': [
      'log-level=error',
      // Otherwise the header of every track would contain the settings as text.
      'info=0',
      'scenecut=0',
      'open-gop=0',
      `keyint=${target.keyFrames}`,
      `min-keyint=${target.keyFrames}`,
      `pools=${Math.min(16, cores)}`,
    ].join(':'),
  }),
};

const svtAv1: Encoder = {
  ...inSoftware,
  name: 'libsvtav1',
  codec: 'av1',
  minSide: 64,
  options: (target, cores) => ({
    preset: 8,
    crf: av1Crf(target),
    'svtav1-params': `mbr=${target.maxKbps}:lp=${cores}`,
  }),
};

const aomAv1: Encoder = {
  ...inSoftware,
  name: 'libaom-av1',
  codec: 'av1',
  options: (target, cores) => ({
    'cpu-used': 8,
    'row-mt': 1,
    threads: threadsOf(cores),
    crf: av1Crf(target),
    'b:v': `${target.maxKbps}k`,
    ...cap(target),
    keyint_min: target.keyFrames,
  }),
};

const rav1e: Encoder = {
  ...inSoftware,
  name: 'librav1e',
  codec: 'av1',
  minSide: 16,
  keepsQuality: false,
  options: ({ maxKbps, auto }) => ({
    speed: 9,
    'b:v': `${auto?.averageKbps ?? maxKbps}k`,
    keyint_min: 0,
  }),
};

/** The same encoder for 10-bit pictures that stay HDR (ITU-R BT.2100). */
export function keepingHdr(encoder: Encoder, range: Exclude<VideoRange, 'SDR'>): Encoder {
  return {
    ...encoder,
    filter: 'format=yuv420p10le',
    options: (target, cores) => ({
      ...encoder.options(target, cores),
      ...(encoder.codec === 'hevc' ? { 'profile:v': 'main10' } : {}),
      color_primaries: 'bt2020',
      color_trc: range === 'PQ' ? 'smpte2084' : 'arib-std-b67',
      colorspace: 'bt2020nc',
      color_range: 'tv',
    }),
  };
}

/** In order of preference: the first that this ffmpeg has and that takes the size is used. */
export const softwareEncoders: readonly Encoder[] = [x264, x265, svtAv1, aomAv1, rav1e];
