import { isLandfallError } from '#runtime';
import type { HlsSpec } from '#media';
import { chooseLadder, outputFrameRate, segmentFrames } from '../encoding/ladder.js';
import type { VideoWork } from '../encoding/video-work.js';
import { type LadderPlan, planLadder } from './plan-ladder.js';
import { probeSizes, shareMeasured } from './probe-sizes.js';

/** Failures of measuring after which encoding may still succeed, or give a better error. */
const probeFailures = [
  'media.damaged',
  'media.encoder_failed',
  'media.timed_out',
  'media.too_complex',
] as const;

/**
 * Measures a video and chooses the rungs of a stream whose ladder is `auto`; undefined for a fixed ladder. If measuring fails,
 * the rungs are those of the fixed ladder, and `fallback` has the reason.
 *
 * @param work `outDir` holds temporary files meanwhile
 * @throws the signal's reason after an abort; errors that are not the video's fault, such as `storage.unavailable`
 */
export async function chooseRungs(
  work: VideoWork,
  hls: HlsSpec | undefined,
): Promise<LadderPlan | undefined> {
  const { video } = work.facts;
  if (hls?.ladder !== 'auto' || !video) return undefined;
  const sizes = chooseLadder(video, hls.heights);
  const frameRate = outputFrameRate(video.frameRate);
  const keyFrames = segmentFrames(frameRate, hls.segmentSeconds);
  try {
    const samples = await probeSizes(work, sizes);
    const measured = shareMeasured(video.endMs ?? work.facts.durationMs, frameRate);
    return planLadder(samples, {
      frameRate,
      keyFrames,
      codec: hls.codec ?? 'h264',
      shareMeasured: measured,
    });
  } catch (thrown) {
    work.signal.throwIfAborted();
    if (!isLandfallError(thrown, ...probeFailures)) throw thrown;
    return { rungs: sizes.map((size) => ({ size })), omitted: [], fallback: thrown.detail ?? thrown.code };
  }
}
