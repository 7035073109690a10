import type { Size, StoryboardSpec } from '#media';
import type { MediaFacts, VideoFacts } from '../facts/media-facts.js';

/** Timing and layout of a storyboard. */
export interface StoryboardPlan extends Size {
  readonly count: number;
  /** True if the duration of the video is unknown; `count` is then the maximum. */
  readonly openEnd: boolean;
  readonly intervalMs: number;
  readonly columns: number;
  readonly rows: number;
  /** Whether the video is decoded in one run, and tiles show the middle of their interval. */
  readonly exact: boolean;
}

const mostTiles = 1_000;
const usualTiles = 100;
const unknownIntervalMs = 5_000;
/** Phones decode no larger picture, and WebP allows no longer side. */
const mostSheetPixels = 16_000_000;
const longestSheetSide = 16_383;
/** Maximum duration and size of a video that is decoded as a whole. */
const shortMs = 60_000;
const smallBytes = 64_000_000;
/** Seeking in this container reads everything before the target, so one full pass costs less than a seek for each tile. */
const unindexed = 'flv';

/** Computes the timing and layout of the tiles. Pure. */
export function planStoryboard(facts: MediaFacts, video: VideoFacts, spec: StoryboardSpec): StoryboardPlan {
  // Less than half a millisecond is rounded to 0.
  const durationMs = facts.durationMs === null ? null : Math.max(1, facts.durationMs);
  const size = tileSize(video, spec.width);
  const times = durationMs === null ? untilItEnds(spec) : divide(durationMs, video.frameRate, spec);
  const columns = Math.min(spec.columns, times.count, Math.floor(longestSheetSide / size.width));
  const mostRows = Math.min(
    Math.floor(longestSheetSide / size.height),
    Math.floor(mostSheetPixels / (columns * size.width * size.height)),
  );
  return {
    ...size,
    ...times,
    openEnd: durationMs === null,
    columns,
    rows: Math.max(1, Math.min(spec.rows, Math.ceil(times.count / columns), mostRows)),
    exact:
      durationMs === null ||
      facts.container === unindexed ||
      (durationMs <= shortMs && bytesOf(facts, durationMs) <= smallBytes),
  };
}

/** Timing of the tiles of a video of known duration: at most one tile per frame. */
function divide(durationMs: number, frameRate: number | null, spec: StoryboardSpec) {
  const frames = Math.max(1, Math.round((durationMs / 1_000) * (frameRate ?? 25)));
  if (spec.intervalSeconds !== undefined) {
    const intervalMs = Math.max(spec.intervalSeconds * 1_000, durationMs / Math.min(mostTiles, frames));
    return { intervalMs, count: Math.max(1, Math.ceil(durationMs / intervalMs)) };
  }
  const count = Math.min(frames, spec.count ?? Math.min(usualTiles, Math.ceil(durationMs / 1_000)));
  return { intervalMs: durationMs / count, count };
}

function untilItEnds({ intervalSeconds, count }: StoryboardSpec) {
  return {
    intervalMs: intervalSeconds === undefined ? unknownIntervalMs : intervalSeconds * 1_000,
    count: count ?? mostTiles,
  };
}

function bytesOf({ bitrateBps }: MediaFacts, durationMs: number): number {
  return ((bitrateBps ?? 0) / 8) * (durationMs / 1_000);
}

/** Even sides, so that the colours of adjacent tiles do not mix; never higher than twice the wanted width. */
function tileSize(video: VideoFacts, wantedWidth: number): Size {
  const width = Math.min(wantedWidth, video.width, (2 * wantedWidth * video.width) / video.height);
  return { width: even(width), height: even((width * video.height) / video.width) };
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
