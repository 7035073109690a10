import type { Size, VideoCodec } from '#media';
import type { AutoTarget } from '../encoding/encoders.js';
import { maxBitrateKbps } from '../encoding/ladder.js';
import type { SizeSample } from './probe-sizes.js';

/** A rung as it is to be encoded; without `auto` as every video is. */
export interface PlannedRung {
  readonly size: Size;
  readonly auto?: AutoTarget;
}

/**
 * Why a size is left out: `no-detail`: the next smaller one shows the same; `hardly-smaller`: who can play it can play the next
 * larger one; `enough`: the next larger one needs so little that everybody can play it.
 */
type Omission = 'no-detail' | 'hardly-smaller' | 'enough';

/** The rungs of one video, largest first. Plain data: parts of a long video are encoded by what one job planned. */
export interface LadderPlan {
  readonly rungs: readonly PlannedRung[];
  readonly omitted: readonly { readonly size: Size; readonly because: Omission }[];
  /** Why the rungs are those of the fixed ladder. */
  readonly fallback?: string;
}

/** What the probed stretches would take at one size if they went on. */
interface Demand extends SizeSample {
  readonly kbps: number;
}

/** How the ladder is encoded, whatever the video is. */
export interface LadderFrame {
  readonly frameRate: number;
  /** Frames from one key frame to the next. */
  readonly keyFrames: number;
  readonly codec: VideoCodec;
  /** Share of the video that was measured. */
  readonly shareMeasured: number;
}

/** Two pictures that differ by no more than this mean squared error (51 dB) look the same: rounding to 8 bits makes 0.2 of it. */
const sameError = 0.5;
/** The bitrates of two rungs are at least so far apart (Apple's authoring specification for HLS: 1.5 to 2). */
const leastStep = 1.5;
/** So much plays wherever video plays at all: with the sound less than half a megabit a second. */
const enoughKbps = 300;
/** CRF of H.264 that takes half of the bits. */
const stepsToHalf = 6;
const mostCoarser = 2;
/** Thorough encoding takes so many times as long. */
const thoroughCost = 1.8;
/** All rungs may take so many times as long as the fixed ladder, with the probe: each of its frames takes as long as two. */
const mostCost = 1.25;
const probeCost = 2;

/**
 * Chooses the rungs of a video, and how they are encoded. Pure.
 *
 * @param samples of the sizes of the fixed ladder, largest first
 */
export function planLadder(samples: readonly SizeSample[], frame: LadderFrame): LadderPlan {
  const demands = samples.map((sample) => ({ ...sample, kbps: rateOf(sample, frame) }));
  const kept: Demand[] = [];
  const omitted: { size: Size; because: Omission }[] = [];
  for (const [index, demand] of demands.entries()) {
    const smaller = demands[index + 1];
    const because = reasonToOmit(demand, kept.at(-1), smaller);
    if (because) omitted.push({ size: demand.size, because });
    else kept.push(demand);
  }
  const budget = pixelsOf(demands) * (mostCost - probeCost * frame.shareMeasured);
  const thorough = chooseThorough(kept, budget);
  return {
    rungs: kept.map((demand) => ({
      size: demand.size,
      auto: { ...targetOf(demand, frame), thorough: thorough.has(demand) },
    })),
    omitted,
  };
}

/** Those that can be encoded thoroughly with the time that the omitted ones leave, the largest first. */
function chooseThorough(kept: readonly Demand[], budget: number): ReadonlySet<Demand> {
  const chosen = new Set<Demand>();
  let cost = pixelsOf(kept);
  for (const demand of kept) {
    const more = pixelsOf([demand]) * (thoroughCost - 1);
    if (cost + more > budget) continue;
    cost += more;
    chosen.add(demand);
  }
  return chosen;
}

function pixelsOf(some: readonly SizeSample[]): number {
  return some.reduce((sum, { size: { width, height } }) => sum + width * height, 0);
}

function reasonToOmit(
  { kbps }: Demand,
  larger: Demand | undefined,
  smaller: Demand | undefined,
): Omission | null {
  if (!larger) return smaller && smaller.lack <= sameError ? 'no-detail' : null;
  if (larger.kbps <= enoughKbps) return 'enough';
  return larger.kbps < kbps * leastStep ? 'hardly-smaller' : null;
}

/** The bitrate of the stretches if they went on, with a key frame in each segment. */
function rateOf({ keyBytes, frameBytes }: SizeSample, { frameRate, keyFrames }: LadderFrame): number {
  const bytes = keyBytes + frameBytes * (keyFrames - 1);
  return ((bytes / keyFrames) * frameRate * 8) / 1_000;
}

/**
 * A picture that takes more than the cap is coarser throughout: otherwise the encoder would run into the cap, now good and now
 * bad.
 */
function targetOf({ size, kbps }: Demand, { frameRate, codec }: LadderFrame): Omit<AutoTarget, 'thorough'> {
  const capKbps = maxBitrateKbps(size, frameRate);
  const above = Math.max(0, stepsToHalf * Math.log2(kbps / capKbps));
  const averageKbps = Math.min(kbps, 0.7 * capKbps);
  const share = maxBitrateKbps(size, frameRate, codec) / capKbps;
  return {
    coarser: Math.min(mostCoarser, Math.round(above)),
    averageKbps: Math.max(50, Math.round(averageKbps * share)),
  };
}
