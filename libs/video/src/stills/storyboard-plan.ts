import type { Size, StoryboardSpec } from '#media';
import type { MediaFacts, VideoFacts } from '../facts/media-facts.js';

/** Everything that decides what a storyboard looks like. */
export interface StoryboardPlan extends Size {
  readonly count: number;
  /** True where the length of the video is not known: `count` is the most there may be. */
  readonly openEnd: boolean;
  readonly intervalMs: number;
  readonly columns: number;
  readonly rows: number;
  /** Whether the video is decoded as a whole, in one run, and tiles show the middle of their time. */
  readonly exact: boolean;
}

const mostTiles = 1_000;
const usualTiles = 100;
const unknownIntervalMs = 5_000;
/** Phones decode no larger picture, and WebP has no longer side. */
const mostSheetPixels = 16_000_000;
const longestSheetSide = 16_383;
/** What is decoded as a whole. */
const shortMs = 60_000;
const smallBytes = 64_000_000;
/** In this container a place is found by reading up to it: reading all of it once costs less than that for each tile. */
const unindexed = 'flv';

/** Works out times and places of all tiles. Pure. */
export function planStoryboard(facts: MediaFacts, video: VideoFacts, spec: StoryboardSpec): StoryboardPlan {
  // What is shorter than half a millisecond lasts 0 of them.
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

/** Times of the tiles of a video whose length is known: not more tiles than it has frames. */
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

/** Even sides, so that the colours of tiles do not mix; never higher than twice the width. */
function tileSize(video: VideoFacts, wantedWidth: number): Size {
  const width = Math.min(wantedWidth, video.width, (2 * wantedWidth * video.width) / video.height);
  return { width: even(width), height: even((width * video.height) / video.width) };
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
