import { options } from '../ffmpeg/command-line.js';
import type { Encoder, PictureTarget } from './encoders.js';
import type { VideoCodec } from '#media';
import type { HardwareKind } from '../ffmpeg/tools.js';

/** The first GPU of a Linux machine. */
const renderNode = '/dev/dri/renderD128';
/** Hardware encoders refuse smaller pictures. */
const minSide = 160;

const average = ({ maxKbps, auto }: PictureTarget) => ({
  'b:v': `${auto?.averageKbps ?? Math.round(maxKbps * 0.7)}k`,
  maxrate: `${maxKbps}k`,
  bufsize: `${2 * maxKbps}k`,
});

const ways: Record<HardwareKind, Pick<Encoder, 'setUp' | 'filter' | 'options'>> = {
  vaapi: {
    setUp: options({ init_hw_device: `vaapi=chip:${renderNode}`, filter_hw_device: 'chip' }),
    filter: 'format=nv12,hwupload',
    options: (target) => ({ rc_mode: 'VBR', ...average(target), bf: 0 }),
  },
  nvenc: {
    setUp: [],
    filter: 'format=yuv420p',
    options: (target) => ({
      preset: 'p4',
      rc: 'vbr',
      cq: 24 + (target.auto?.coarser ?? 0),
      ...average(target),
      'forced-idr': 1,
      'no-scenecut': 1,
    }),
  },
  qsv: {
    setUp: options({ init_hw_device: 'qsv=chip', filter_hw_device: 'chip' }),
    filter: 'format=nv12',
    options: (target) => ({ preset: 'medium', ...average(target), forced_idr: 1, bf: 0 }),
  },
};

const ofCodec: Record<VideoCodec, Record<string, string>> = {
  h264: { 'profile:v': 'high' },
  // Required by Apple's players.
  hevc: { 'tag:v': 'hvc1' },
  av1: {},
};

/** The hardware encoder of a codec. */
export function hardwareEncoder(kind: HardwareKind, codec: VideoCodec): Encoder {
  const way = ways[kind];
  return {
    ...way,
    name: `${codec}_${kind}`,
    codec,
    hardware: true,
    keepsQuality: kind === 'nvenc',
    minSide,
    options: (target, cores) => ({ ...way.options(target, cores), ...ofCodec[codec] }),
  };
}
