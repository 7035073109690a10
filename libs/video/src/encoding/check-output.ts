import { isLandfallError, LandfallError, type WarningCode } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import { errorOfComplaints, tellsTruncated } from '../ffmpeg/ffmpeg-errors.js';
import type { Bench, VideoWork } from './video-work.js';
import { type Description, type ProbeRun, runFfprobe } from '../ffmpeg/run-ffprobe.js';

const timeoutMs = 60_000;

/** Containers that only guess their length. */
const guessingContainers = new Set(['mp3', 'aac', 'ac3', 'eac3', 'amr', 'mpeg', 'mpegts', 'flv']);

/** What ffprobe found in a file we made. */
export interface Measured {
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

/**
 * Reads a file that ffmpeg made, and makes sure that it holds the streams it should.
 *
 * @param path relative to the folder; a playlist too, since we wrote it
 * @param codecs those of its streams as ffprobe calls them, in any order
 * @throws `media.encoder_failed`; `media.scratch_full` when it ends early: the encoder calls that a success
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

/** What is damaged here is our own file, and not what was uploaded. */
async function describe(run: ProbeRun): Promise<Description> {
  try {
    return await runFfprobe(run);
  } catch (thrown) {
    if (!isLandfallError(thrown, 'media.damaged')) throw thrown;
    throw new LandfallError('media.scratch_full', `${run.source} ends early`, { cause: thrown });
  }
}

/** Of a source that ends early so much must be there to be used. */
const shareNeeded = 0.8;

/** What a result is held against. */
export interface CheckedWork extends Pick<VideoWork, 'source'> {
  readonly tools: Pick<VideoWork['tools'], 'usesTruncated'>;
  readonly facts: Pick<VideoWork['facts'], 'container' | 'durationMs'>;
}

/**
 * Refuses a result that is much shorter than its source: the source ended early, or was not read to its end.
 *
 * @returns the warning that the source ends early, where that is used
 * @throws the error that the complaints tell of, otherwise `media.encoder_failed`
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
