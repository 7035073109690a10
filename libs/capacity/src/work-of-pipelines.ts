import { type Pipelines, planRenditions } from '#pipelines';
import { costs, megapixelsOfHeight } from './costs.js';

/** The work for one image and for one minute of video. */
export interface Work {
  /** CPU time of a worker in the queue `thumbnail`. */
  readonly imageMs: number;
  readonly imageRenditions: number;
  readonly imageBytesIn: number;
  readonly imageBytesOut: number;
  /** CPU time for a minute of 1080p in the queue `transcode`. */
  readonly videoSecondsPerMinute: number;
  /** CPU time for a video of any duration in the queue `thumbnail`. */
  readonly videoStillMs: number;
  readonly videoRenditions: number;
  readonly videoBytesInPerMinute: number;
  readonly videoBytesOutPerMinute: number;
  /** What has no measured cost in the pipelines file, and how it was counted. */
  readonly guesses: readonly string[];
}

/** Cost of a megapixel of a rendition in ms. */
export const formatCosts = {
  webp: costs.webpMegapixel,
  jpeg: costs.jpegMegapixel,
  png: costs.pngMegapixel,
  avif: costs.avifMegapixel,
  keep: costs.jpegMegapixel,
} as const;

/** Sides of a photo in 4:3, as phones take them. */
function sidesOf(megapixels: number): { width: number; height: number } {
  const width = Math.sqrt((megapixels * 1e6 * 4) / 3);
  return { width, height: width * 0.75 };
}

const bitsPerByte = 8;
const secondsPerMinute = 60;

/**
 * The work of the pipelines for a JPEG of this size and for a minute of 1080p. For each kind of source it counts the pipeline
 * that a plain upload matches, or the first of that kind if all of them require more than the kind.
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
  if (images.length === 0) guesses.push('no pipeline makes renditions of images: only their facts are read');
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
