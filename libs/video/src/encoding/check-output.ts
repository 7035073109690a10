import { isLandfallError, LandfallError, type WarningCode } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import { errorOfComplaints, tellsTruncated } from '../ffmpeg/ffmpeg-errors.js';
import type { Bench, VideoWork } from './video-work.js';
import { type Description, type ProbeRun, runFfprobe } from '../ffmpeg/run-ffprobe.js';

const timeoutMs = 60_000;

/** Containers that only estimate their duration. */
const guessingContainers = new Set(['mp3', 'aac', 'ac3', 'eac3', 'amr', 'mpeg', 'mpegts', 'flv']);

/** What ffprobe measured of a file we made. */
export interface Measured {
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

/**
 * Probes a file that ffmpeg made and checks that it has the expected streams.
 *
 * @param path relative to `outDir`; may be a playlist, since we wrote it ourselves
 * @param codecs the expected codecs of its streams by their ffprobe names, in any order
 * @throws `media.encoder_failed`; `media.scratch_full` if the file ends early, which the encoder reports as success
 */
export async function measureOutput(
  { tools, outDir, signal }: Pick<Bench, 'tools' | 'outDir' | 'signal'>,
  path: string,
  codecs: readonly string[],
): Promise<Measured> {
  const { format, streams } = await describe({
    ffprobePath: tools.ffprobePath,
    inputArgs: options({ protocol_whitelist: 'file', format_whitelist: 'hls,mov,matroska,ogg,mp3', i: path }),
    source: path,
    cwd: outDir,
    timeoutMs,
    signal,
    otherwise: 'media.encoder_failed',
  });
  const found = streams.map((stream) => stream.codec_name ?? 'an unknown codec').toSorted();
  if (found.join() !== codecs.toSorted().join()) {
    throw new LandfallError(
      'media.encoder_failed',
      `${path} contains ${found.join(' and ') || 'nothing'}, expected ${codecs.join(' and ')}`,
    );
  }
  const video = streams.find((stream) => stream.codec_type === 'video');
  return {
    width: video?.width ?? null,
    height: video?.height ?? null,
    durationMs: format.duration === null ? null : Math.round(format.duration * 1_000),
  };
}

/** Damage here is in our own file, not in the upload. */
async function describe(run: ProbeRun): Promise<Description> {
  try {
    return await runFfprobe(run);
  } catch (thrown) {
    if (!isLandfallError(thrown, 'media.damaged')) throw thrown;
    throw new LandfallError('media.scratch_full', `${run.source} ends early`, { cause: thrown });
  }
}

/** The share of its duration that a truncated source must have to be used. */
const shareNeeded = 0.8;

/** What the duration of a result is compared with. */
export interface CheckedWork extends Pick<VideoWork, 'source'> {
  readonly tools: Pick<VideoWork['tools'], 'usesTruncated'>;
  readonly facts: Pick<VideoWork['facts'], 'container' | 'durationMs'>;
}

/**
 * Refuses a result that is more than 5 % (at least 1 s) shorter than its source: the source ended early or was not read to its
 * end.
 *
 * @returns the warning that the source ends early, where that is accepted
 * @throws the error that the complaints point to, otherwise `media.encoder_failed`
 */
export function checkDuration(
  { tools: { usesTruncated }, facts, source }: CheckedWork,
  madeMs: number | null,
  complaints: readonly string[],
): WarningCode[] {
  const warnings: WarningCode[] = tellsTruncated(complaints) ? ['media.truncated'] : [];
  if (facts.durationMs === null || guessingContainers.has(facts.container)) return warnings;
  const shortest = facts.durationMs - Math.max(1_000, facts.durationMs * 0.05);
  if ((madeMs ?? 0) >= shortest) return warnings;
  if (usesTruncated && (madeMs ?? 0) >= facts.durationMs * shareNeeded) return ['media.truncated'];
  const found = `the source should last ${facts.durationMs} ms, but the result lasts ${madeMs ?? 0} ms`;
  throw errorOfComplaints([...complaints, found], source, 'media.encoder_failed');
}
