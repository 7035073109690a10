import { type Pipelines, planRenditions } from '#pipelines';
import { costs, megapixelsOfHeight } from './costs.js';

/** What one image, and one minute of video, is for those who make it. */
export interface Work {
  /** Processor time of a worker, for the queue `thumbnail`. */
  readonly imageMs: number;
  readonly imageRenditions: number;
  readonly imageBytesIn: number;
  readonly imageBytesOut: number;
  /** Processor time for a minute of 1080p, of the queue `transcode`. */
  readonly videoSecondsPerMinute: number;
  /** Processor time for a video, whatever its length, of the queue `thumbnail`. */
  readonly videoStillMs: number;
  readonly videoRenditions: number;
  readonly videoBytesInPerMinute: number;
  readonly videoBytesOutPerMinute: number;
  /** What in the pipelines file has no measured cost, and how it was counted. */
  readonly guesses: readonly string[];
}

/** What a megapixel of a rendition costs, in ms. */
export const formatCosts = {
  webp: costs.webpMegapixel,
  jpeg: costs.jpegMegapixel,
  png: costs.pngMegapixel,
  avif: costs.avifMegapixel,
  keep: costs.jpegMegapixel,
} as const;

/** Sides of a photo: 4 by 3, as phones make them. */
function sidesOf(megapixels: number): { width: number; height: number } {
  const width = Math.sqrt((megapixels * 1e6 * 4) / 3);
  return { width, height: width * 0.75 };
}

const bitsPerByte = 8;
const secondsPerMinute = 60;

/**
 * What the pipelines make of a JPEG of so many megapixels, and of a minute of 1080p. Of each kind the pipeline counts that a
 * plain upload gets, or the first one when all of them ask for more than its kind.
 */
export function workOf(pipelines: Pipelines, megapixels: number): Work {
  const guesses: string[] = [];
  const source = sidesOf(megapixels);
  let imageMs = costs.imageBase.value + costs.imageMegapixel.value * megapixels;
  let imageBytesOut = 0;
  const images = renditionsOf(pipelines, 'image');
  for (const { spec } of images) {
    if (spec.kind !== 'image') {
      guesses.push(`${spec.name}: a ${spec.kind} of an image is counted as a WebP of the source's size`);
      imageMs += costs.webpMegapixel.value * megapixels;
      continue;
    }
    const scale = Math.min(
      1,
      (spec.width ?? source.width) / source.width,
      (spec.height ?? source.height) / source.height,
    );
    const made = megapixels * scale ** 2;
    imageMs += formatCosts[spec.format].value * made;
    imageBytesOut += costs.webpBytesMegapixel.value * made;
    if (spec.quality === 'auto')
      guesses.push(`${spec.name}: quality auto is counted as a fixed quality; it takes about twice as long`);
  }
  let videoSeconds = costs.videoBase.value;
  let videoStillMs = 0;
  let rungMegapixels = 0;
  const videos = renditionsOf(pipelines, 'video');
  for (const { spec } of videos) {
    if (spec.kind === 'hls' || spec.kind === 'mp4') {
      const heights = spec.kind === 'hls' ? spec.heights : [spec.height];
      const made = heights.reduce((sum, height) => sum + megapixelsOfHeight(Math.min(1_080, height)), 0);
      rungMegapixels += made;
      videoSeconds += costs.videoRungMegapixel.value * made;
      if (spec.kind === 'hls' && (spec.codec ?? 'h264') !== 'h264')
        guesses.push(`${spec.name}: ${spec.codec} is counted as H.264; it takes several times as long`);
    } else videoStillMs += costs.stillVideo.value * 1_000;
  }
  if (images.length === 0) guesses.push('no pipeline makes anything of images: only their facts are read');
  if (videos.length === 0) videoSeconds = 0;
  const megabytes = (megabits: number) => (megabits * 1e6 * secondsPerMinute) / bitsPerByte;
  return {
    imageMs,
    imageRenditions: images.length,
    imageBytesIn: costs.jpegBytesMegapixel.value * megapixels,
    imageBytesOut,
    videoSecondsPerMinute: videoSeconds,
    videoStillMs,
    videoRenditions: videos.length,
    videoBytesInPerMinute: megabytes(costs.videoMegabits.value),
    videoBytesOutPerMinute: megabytes(costs.rungMegabits.value * rungMegapixels),
    guesses,
  };
}

function renditionsOf(pipelines: Pipelines, kind: 'image' | 'video') {
  const plain = {
    bucket: '',
    objectKey: '',
    kind,
    mimeType: kind === 'image' ? 'image/jpeg' : 'video/mp4',
    vars: {},
    sizeBytes: 3e6,
  } as const;
  const planned = planRenditions(pipelines, plain);
  if (planned) return planned.renditions;
  const first = pipelines.pipelines.find(({ match }) => match.kind === kind);
  return first ? (planRenditions(pipelines, plain, first.name)?.renditions ?? []) : [];
}
