import type { Size, VideoCodec } from '#media';
import type { AutoTarget } from '../encoding/encoders.js';
import { maxBitrateKbps } from '../encoding/ladder.js';
import type { SizeSample } from './probe-sizes.js';

/** A planned rung; without `auto` it is encoded with the usual settings. */
export interface PlannedRung {
  readonly size: Size;
  readonly auto?: AutoTarget;
}

/**
 * Why a size is omitted. `no-detail`: the next smaller size shows the same detail; `hardly-smaller`: the next larger rung needs
 * little more bandwidth; `enough`: the next larger rung needs so little that everybody can play it.
 */
type Omission = 'no-detail' | 'hardly-smaller' | 'enough';

/**
 * The rungs of one video, largest first. Plain data, because one job plans them and others encode the parts of a long video.
 */
export interface LadderPlan {
  readonly rungs: readonly PlannedRung[];
  readonly omitted: readonly { readonly size: Size; readonly because: Omission }[];
  /** Why the rungs are those of the fixed ladder. */
  readonly fallback?: string;
}

/** What the measured stretches need at one size. */
interface Demand extends SizeSample {
  readonly kbps: number;
}

/** What all sizes of a ladder have in common. */
export interface LadderFrame {
  readonly frameRate: number;
  /** GOP length in frames. */
  readonly keyFrames: number;
  readonly codec: VideoCodec;
  /** Share of the video that was measured, 0 to 1. */
  readonly shareMeasured: number;
}

/** Pictures with at most this mean squared error (51 dB) look the same; rounding to 8 bits alone causes 0.2. */
const sameError = 0.5;
/** Minimum ratio between the bitrates of adjacent rungs (Apple's authoring specification for HLS: 1.5 to 2). */
const leastStep = 1.5;
/** A bitrate that plays wherever video plays at all: less than 0.5 Mbit/s with the sound. */
const enoughKbps = 300;
/** CRF steps of H.264 that halve the bitrate. */
const stepsToHalf = 6;
const mostCoarser = 2;
/** Time of thorough encoding relative to the usual. */
const thoroughCost = 1.8;
/** Maximum time for measuring and all rungs relative to the fixed ladder; a measured frame takes as long as two others. */
const mostCost = 1.25;
const probeCost = 2;

/**
 * Chooses the rungs of a video and how to encode them. Pure.
 *
 * @param samples one for each size of the fixed ladder, largest first
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

/** Chooses the rungs to encode thoroughly in the time that the omitted sizes save, largest first. */
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

/** The bitrate of the stretches in kbit/s, with one keyframe per segment. */
function rateOf({ keyBytes, frameBytes }: SizeSample, { frameRate, keyFrames }: LadderFrame): number {
  const bytes = keyBytes + frameBytes * (keyFrames - 1);
  return ((bytes / keyFrames) * frameRate * 8) / 1_000;
}

/**
 * A rung that needs more than the cap is encoded coarser throughout; otherwise its quality would vary whenever the encoder
 * reaches the cap.
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
