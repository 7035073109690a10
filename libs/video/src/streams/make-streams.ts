import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLandfallError, type WarningCode } from '#runtime';
import { checkDuration } from '../encoding/check-output.js';
import { encodeTracks, type EncodedTracks, type EncodeJob } from './encode-tracks.js';
import { extractSubtitles } from './extract-subtitles.js';
import { encryptSubtitles, encryptTracks, writeHls, writeMp4, type MadeTracks } from './finish-streams.js';
import type { Loudness } from '../encoding/measure-loudness.js';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import { secondsOf, type Track } from '#playlists';
import type { MadeRendition, OnProgress } from '#media';
import type { PictureTrack, SoundTrack } from '../encoding/tracks.js';
import { smallestRung, type StreamPlan } from './stream-plan.js';

export interface TranscodeOptions {
  /** The key of 16 bytes that encrypts the HLS stream; set if its spec asks for encryption. */
  readonly key?: Buffer;
  /**
   * Receives the stream with only its smallest rung, if the spec sets `firstPlayable`; the other rungs are encoded after it
   * resolves. The segments stay those of the whole stream; the master playlist is replaced later.
   */
  readonly onFirstPlayable?: (made: MadeRendition) => Promise<void>;
}

/** Errors of hardware encoders that may not occur in software. */
const hardwareFailures = [
  'media.encoder_failed',
  'media.encoder_missing',
  'media.timed_out',
  'media.damaged',
] as const;

/**
 * Encodes as planned. If hardware encoding fails, encodes once more in software and reports the reason in `details.fallback`.
 */
export async function makeOrFallBack(
  job: EncodeJob,
  planInSoftware: () => StreamPlan,
  settings: TranscodeOptions,
): Promise<Map<string, MadeRendition>> {
  if (!job.plan.pictures.some(({ encoder }) => encoder.hardware)) return make(job, settings);
  try {
    return await make(job, settings);
  } catch (thrown) {
    job.signal.throwIfAborted();
    if (!isLandfallError(thrown, ...hardwareFailures)) throw thrown;
    await emptyFolder(job.outDir);
    const made = await make({ ...job, plan: planInSoftware() }, settings);
    return withDetails(made, { fallback: thrown.detail ?? thrown.code });
  }
}

/** Why hardware encoding was requested but is not used; empty if it is used or was not requested. */
export function refusalOf({ hardware }: FfmpegTools, { pictures }: StreamPlan): { fallback?: string } {
  const refusal = hardware?.refusals.at(-1);
  return refusal === undefined || pictures.some(({ encoder }) => encoder.hardware)
    ? {}
    : { fallback: refusal };
}

/** Adds details to every rendition; those it already has take precedence. */
export function withDetails(
  made: ReadonlyMap<string, MadeRendition>,
  details: MadeRendition['details'],
): Map<string, MadeRendition> {
  return new Map([...made].map(([name, one]) => [name, { ...one, details: { ...details, ...one.details } }]));
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}

/** Tracks that one run encodes. */
interface Step {
  readonly pictures: readonly PictureTrack[];
  readonly sounds: readonly SoundTrack[];
}

async function make(job: EncodeJob, settings: TranscodeOptions): Promise<Map<string, MadeRendition>> {
  const { plan, outDir } = job;
  const { hls, mp4 } = plan;
  const { key, onFirstPlayable } = settings;
  const made = new Map<string, MadeRendition>();
  if (plan.pictures.length === 0) return made;
  const steps = planSteps(plan, onFirstPlayable !== undefined);
  const texts = hls ? await extractSubtitles(job) : { subtitles: [], leftOut: [] };
  const subtitles = await encryptSubtitles(outDir, texts.subtitles, key);
  const complaints: string[] = [];
  const warnings: WarningCode[] = [];
  let loudness: Loudness | null = null;
  let tracks: MadeTracks = { pictures: [], sounds: [], subtitles, leftOut: texts.leftOut };
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const stepJob = { ...job, onProgress: shareOf(job.onProgress, steps, index) };
    let encoded = await encodeTracks(stepJob, step);
    complaints.push(...encoded.complaints);
    loudness ??= encoded.loudness;
    const ended = checkLengths(job, encoded);
    if (ended.length > 0) encoded = await endSoundsWithPictures(stepJob, step, encoded);
    warnings.push(...ended);
    // The MP4 is assembled from segments that are not encrypted yet.
    if (mp4 && isLast) made.set(mp4.spec.name, await writeMp4(job, plan));
    if (!hls) continue;
    tracks = await addTracks(tracks, encoded, hls, (some) => encryptTracks(outDir, some, key));
    const stream = await writeHls(plan, tracks, outDir, key);
    if (isLast) made.set(hls.spec.name, stream);
    else await onFirstPlayable?.(stream);
  }
  for (const [name, one] of made) {
    const short = checkDuration(job, one.durationMs, complaints);
    made.set(name, { ...one, warnings: [...new Set([...warnings, ...short])] });
  }
  return loudness ? withDetails(made, { loudness }) : made;
}

/** One step for everything, or, if something must play early, the smallest rung with the sound before the others. */
function planSteps(plan: StreamPlan, canPublishEarly: boolean): Step[] {
  const { pictures, sounds, hls } = plan;
  const smallest = smallestRung(plan);
  if (!hls?.spec.firstPlayable || !canPublishEarly || !smallest || pictures.length === 1) {
    return [{ pictures, sounds }];
  }
  return [
    { pictures: [smallest], sounds: sounds.filter((sound) => sound === hls.sound) },
    {
      pictures: pictures.filter((picture) => picture !== smallest),
      sounds: sounds.filter((sound) => sound !== hls.sound),
    },
  ];
}

/**
 * Scales the progress of a step to all steps. Each step decodes the video, which costs about as much as encoding its largest
 * picture.
 */
function shareOf(onProgress: OnProgress | undefined, steps: readonly Step[], current: number): OnProgress {
  const decoding = Math.max(...steps.flatMap(({ pictures }) => pictures.map(pixelsOf)));
  const weights = steps.map(({ pictures }) => decoding + sum(pictures.map(pixelsOf)));
  const before = sum(weights.slice(0, current));
  const own = weights[current] ?? 0;
  return ({ share, speed }) => onProgress?.({ share: (before + own * share) / sum(weights), speed });
}

const pixelsOf = ({ target: { size } }: PictureTrack) => size.width * size.height;

/** Adds the tracks that belong to the stream, encrypted. */
async function addTracks(
  before: MadeTracks,
  encoded: EncodedTracks,
  { rungs, sound }: NonNullable<StreamPlan['hls']>,
  encrypt: (tracks: readonly Track[]) => Promise<Track[]>,
): Promise<MadeTracks> {
  const pictures = encoded.pictures.filter((track) => rungs.some(({ folder }) => folder === track.folder));
  const sounds = encoded.sounds.filter((track) => track.folder === sound?.folder);
  return {
    ...before,
    pictures: [...before.pictures, ...(await encrypt(pictures))],
    sounds: [...before.sounds, ...(await encrypt(sounds))],
  };
}

/**
 * Refuses pictures that end long before those of the source, which the total duration hides because the sound is padded with
 * silence.
 */
function checkLengths(job: EncodeJob, { pictures, complaints }: EncodedTracks): WarningCode[] {
  const endMs = job.facts.video?.endMs;
  if (endMs === undefined || endMs === null) return [];
  const whole = { ...job, facts: { ...job.facts, durationMs: endMs } };
  return pictures.flatMap((track) => checkDuration(whole, secondsOf(track) * 1_000, complaints));
}

/**
 * Encodes the sound again if the source ends early: it was padded with silence to the expected end and must end with the
 * pictures.
 */
async function endSoundsWithPictures(
  job: EncodeJob,
  { sounds }: Step,
  encoded: EncodedTracks,
): Promise<EncodedTracks> {
  const { video } = job.facts;
  if (!video || sounds.length === 0) return encoded;
  const endMs = Math.round(1_000 * Math.max(...encoded.pictures.map(secondsOf)));
  const facts = { ...job.facts, video: { ...video, endMs } };
  const again = await encodeTracks({ ...job, facts }, { pictures: [], sounds });
  return { ...encoded, sounds: again.sounds };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}
