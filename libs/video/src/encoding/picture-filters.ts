import { lateForGrid, shiftBy } from './frame-grid.js';
import { hasParts } from '../ffmpeg/find-ffmpeg.js';
import type { Size } from '#media';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import type { VideoFacts } from '../facts/media-facts.js';
import type { PictureTrack } from './tracks.js';

/** Maps PQ or HLG to BT.709, in linear light as ffmpeg's `tonemap` requires. */
const toneMap = (peakNits: number | null) => [
  'setparams=color_primaries=bt2020:colorspace=bt2020nc',
  `zscale=t=linear:npl=${whiteNits}`,
  'format=gbrpf32le',
  'zscale=p=bt709',
  `tonemap=tonemap=hable:desat=0:peak=${(peakNits ?? usualPeakNits) / whiteNits}`,
  'zscale=t=bt709:m=bt709:r=tv',
];
/** Luminance of 1 in linear light, and the assumed peak of HDR that does not state it; in cd/m². */
const whiteNits = 100;
const usualPeakNits = 1_000;

/** The filters that rotate a scaled picture as its player would, by degrees clockwise. */
const turns: Readonly<Record<number, readonly string[]>> = {
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};
const mirroredTurns: typeof turns = {
  0: ['vflip'],
  90: ['transpose=cclock_flip'],
  180: ['hflip'],
  270: ['transpose=clock_flip'],
};

/** Primaries with a wider gamut than BT.709; in SDR they are converted to it in linear light. */
const widePrimaries: ReadonlySet<string | null> = new Set(['bt2020', 'smpte431', 'smpte432']);
const narrow = (curve: Curve) => `zscale=p=bt709:t=${curve}:m=bt709:r=tv`;

/** The transfer curves of a video and of a still picture; viewers assume sRGB for stills. */
type Curve = 'bt709' | 'iec61966-2-1';

const tagAsBt709 = 'setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709';

/** A video whose frames are filtered, and the ffmpeg that filters them. */
export interface DecodedVideo {
  readonly tools: FfmpegTools;
  readonly video: VideoFacts;
  readonly signal: AbortSignal;
}

/** Scales to exactly this size with square pixels. */
function scaleTo(size: Size, options = ''): string {
  return `scale=${size.width}:${size.height}${options},setsar=1`;
}

/**
 * Filters that turn decoded frames into upright 8-bit 4:2:0 of one size with square pixels. Those before the scaler must accept
 * frames whose size or format changes; those after it never see a change. If this ffmpeg cannot tone-map, HDR is only reduced
 * to 8 bits and its tags still tell players what it is.
 *
 * @param choose filters that drop or repeat frames, before the costly ones
 * @param size target size, upright; HDR is mapped after scaling, on fewer pixels
 * @param curve transfer curve for wide-gamut pictures that are converted to BT.709
 */
export async function pictureFilters(
  from: DecodedVideo,
  choose: string,
  size: Size,
  curve: Curve = 'bt709',
): Promise<string> {
  return [...shapeFilters(from.video, choose, size), ...(await colourFilters(from, curve))].join(',');
}

/** Filters that make frames upright and of one size, in the colours they have. */
function shapeFilters(video: VideoFacts, choose: string, size: Size): string[] {
  const rgb = isRgb(video);
  // Given a range, the scaler copies every frame even if it changes nothing.
  const range = rgb || video.fullRange ? ':out_range=tv' : '';
  return [
    ...(rgb || video.hdr ? [] : tellColours(video)),
    ...(video.interlaced ? ['scale=iw:ih', 'bwdif=mode=send_frame:deint=interlaced'] : []),
    choose,
    scaleTo(asCoded(size, video), `${range}${rgb ? ':out_color_matrix=bt709' : ''}`),
    ...((video.mirrored ? mirroredTurns : turns)[video.rotation] ?? []),
    ...(rgb ? [tagAsBt709] : []),
  ];
}

/** Filters that convert the colours to 8-bit SDR. */
async function colourFilters({ tools, video, signal }: DecodedVideo, curve: Curve): Promise<string[]> {
  const mapped = video.hdr && (await hasParts(tools, 'filters', ['zscale', 'tonemap'], signal));
  const isWide = !video.hdr && widePrimaries.has(video.colours.primaries);
  const narrowed = isWide && (await hasParts(tools, 'filters', ['zscale'], signal));
  return [...(mapped ? toneMap(video.peakNits) : []), ...(narrowed ? [narrow(curve)] : []), 'format=yuv420p'];
}

const isRgb = ({ pixelFormat }: VideoFacts) => /rgb|bgr|gbr|pal8/.test(pixelFormat ?? '');

const asCoded = ({ width, height }: Size, { rotation }: VideoFacts): Size =>
  rotation % 180 === 0 ? { width, height } : { width: height, height: width };

/**
 * Adds missing colour tags: pictures larger than SD are assumed to be BT.709, as players do. Otherwise the scaler would assume
 * BT.601, and the output would not be tagged.
 */
function tellColours({ width, height, colours: { matrix, primaries, transfer } }: VideoFacts): string[] {
  if (matrix !== null && primaries !== null && transfer !== null) return [];
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const old = short === 576 || short === 288 ? 'bt470bg' : 'smpte170m';
  const isLarge = long > 1_024 || short > 576;
  const usual = isLarge ? { matrix: 'bt709', transfer: 'bt709' } : { matrix: old, transfer: 'smpte170m' };
  const space = matrix ?? usual.matrix;
  const reported = {
    colorspace: space,
    color_primaries: primaries ?? (space === 'bt2020nc' ? 'bt2020' : (matrix ?? usual.matrix)),
    color_trc: transfer ?? (space === usual.matrix ? usual.transfer : 'bt709'),
  };
  return [
    `setparams=${Object.entries(reported)
      .map(([name, value]) => `${name}=${value}`)
      .join(':')}`,
  ];
}

/**
 * The filter graph that feeds every track from one decode: it makes the largest picture at a constant rate and scales the
 * others from it. Its outputs are called `[v0]`, `[v1]`, … in the order of the tracks.
 *
 * @param frames number of frames to make; null means all
 */
export async function feedTracks(
  from: DecodedVideo,
  pictures: readonly PictureTrack[],
  frames: number | null,
): Promise<string> {
  const { video } = from;
  const rate = pictures[0]?.target.frameRate ?? 1;
  const steps = [
    ...shiftBy('setpts', lateForGrid(video.startMs, rate)),
    `fps=fps=${rate}:start_time=0`,
    ...(frames === null ? [] : [`trim=end_frame=${frames}`]),
  ];
  const largest = largestOf(pictures.map(({ target }) => target.size));
  const labels = (tracks: readonly number[]) => tracks.map((index) => `[s${index}]`).join('');
  const indexes = [...pictures.keys()];
  const [mapped, kept] = [false, true].map((isHdr) =>
    indexes.filter((index) => (pictures[index]?.range !== 'SDR') === isHdr),
  ) as [number[], number[]];
  const shape = shapeFilters(video, steps.join(','), largest).join(',');
  const toHdr = `format=yuv420p10le,split=${kept.length}${labels(kept)}`;
  const toSdr = async () =>
    `${(await colourFilters(from, 'bt709')).join(',')},split=${mapped.length}${labels(mapped)}`;
  const decoded = `[0:${video.streamIndex}]${shape}`;
  const feed =
    kept.length === 0
      ? [`${decoded},${await toSdr()}`]
      : mapped.length === 0
        ? [`${decoded},${toHdr}`]
        : [`${decoded},split=2[hdr][sdr]`, `[hdr]${toHdr}`, `[sdr]${await toSdr()}`];
  const branches = pictures.map(({ target: { size }, encoder }, index) => {
    const scaled = size.width === largest.width && size.height === largest.height ? [] : [scaleTo(size)];
    return `[s${index}]${[...scaled, encoder.filter].join(',')}[v${index}]`;
  });
  return [...feed, ...branches].join(';');
}

/** The size that all of `sizes` can be scaled down from. */
function largestOf(sizes: readonly Size[]): Size {
  return {
    width: Math.max(...sizes.map((size) => size.width)),
    height: Math.max(...sizes.map((size) => size.height)),
  };
}
