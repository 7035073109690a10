import { LandfallError, settleAll } from '#runtime';
import { measureOutput } from '../encoding/check-output.js';
import { options } from '../ffmpeg/command-line.js';
import { coresOf } from '../ffmpeg/tools.js';
import { measureEncoding } from '../encoding/encoder-metrics.js';
import { measureLoudness, normalizeFilter, type Loudness } from '../encoding/measure-loudness.js';
import { makeFolders, pictureOutput, soundOutput } from './make-hls.js';
import type { MediaFacts, VideoFacts } from '../facts/media-facts.js';
import { seekToFrame } from '../encoding/frame-grid.js';
import { feedTracks } from '../encoding/picture-filters.js';
import type { VideoWork } from '../encoding/video-work.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import type { PictureTrack, SoundTrack } from '../encoding/tracks.js';
import type { StreamPlan } from './stream-plan.js';
import { playlistIn, type Track } from '#playlists';
import { joinScrap, readTrack } from './track-files.js';

/**
 * A stretch of a video, in frames at the constant output rate. Encoded alone, its segments equal those of the whole video from
 * `firstSegment` on. It begins at an output keyframe: at a multiple of the frames per segment.
 */
export interface EncodeRange {
  readonly startFrame: number;
  /** Number of frames; null means all up to the end. */
  readonly frames: number | null;
  /** Number of its first segment. */
  readonly firstSegment: number;
}

/** One video and the plan of its tracks. */
export interface EncodeJob extends VideoWork {
  readonly plan: StreamPlan;
}

/** The encoded tracks, in the order of the request. */
export interface EncodedTracks {
  readonly pictures: readonly Track[];
  readonly sounds: readonly Track[];
  /** Loudness of the source; null if no sound is normalised. */
  readonly loudness: Loudness | null;
  /** The complaints of the successful ffmpeg run. */
  readonly complaints: readonly string[];
}

/** The whole video. */
const whole: EncodeRange = { startFrame: 0, frames: null, firstSegment: 0 };

/**
 * Encodes these tracks of the plan in one run of ffmpeg, which decodes the video once, and measures the results. Sound to be
 * normalised is measured in a run before.
 *
 * @throws what `transcodeVideo` throws
 */
export async function encodeTracks(
  job: EncodeJob,
  tracks: { pictures: readonly PictureTrack[]; sounds: readonly SoundTrack[] },
  part: EncodeRange = whole,
): Promise<EncodedTracks> {
  const { tools, facts, plan, outDir, limits, signal } = job;
  const { pictures, sounds } = tracks;
  await makeFolders([...pictures, ...sounds], outDir);
  const loudness = sounds.some(({ normalize }) => normalize) ? await measureLoudness(job) : null;
  const frameRate = plan.pictures[0]?.target.frameRate;
  const durationMs = partMs(facts, part, frameRate);
  const run = {
    task: 'encode tracks',
    source: job.source,
    durationMs,
    maxPixels: limits.maxPixels,
    inputOptions: [
      ...setUpOf(pictures),
      ...(frameRate === undefined ? [] : seekToFrame(part.startFrame, frameRate)),
    ],
    outputArgs: [
      ...(pictures.length > 0 ? await pictureGraph(job, pictures, part) : []),
      ...pictures.flatMap((picture, index) =>
        pictureOutput(picture, `[v${index}]`, coresOf(tools), part.firstSegment),
      ),
      ...sounds.flatMap((sound) => [
        ...(frameRate === undefined || part.frames === null
          ? []
          : options({ t: (part.frames / frameRate).toFixed(6) })),
        ...soundOutput(
          sound,
          plan,
          sound.normalize && loudness ? normalizeFilter(loudness) : [],
          videoOf(facts.video),
        ),
      ]),
    ],
    outDir,
    timeoutMs: limits.timeoutMs,
    signal,
    onProgress: job.onProgress,
  };
  const kind = pictures.length > 0 ? 'video' : 'audio';
  const complaints = await measureEncoding(kind, durationMs, () => runFfmpeg(tools, run));
  const [madePictures, madeSounds] = await settleAll([
    settleAll(pictures.map((track) => measure(job, track.folder, track.encoder.codec))),
    settleAll(sounds.map((track) => measure(job, track.folder, 'aac'))),
  ]);
  const joinedSounds = await settleAll(madeSounds.map((track) => joinScrap(job.outDir, track)));
  return { pictures: madePictures, sounds: joinedSounds, loudness, complaints };
}

async function measure(job: EncodeJob, folder: string, codec: string): Promise<Track> {
  const [track] = await settleAll([
    readTrack(job.outDir, folder),
    measureOutput(job, playlistIn(folder), [codec]),
  ]);
  return track;
}

/** The options that open the hardware device, only once. */
function setUpOf(pictures: readonly PictureTrack[]): readonly string[] {
  return pictures.find(({ encoder }) => encoder.setUp.length > 0)?.encoder.setUp ?? [];
}

async function pictureGraph(
  { tools, facts, signal }: EncodeJob,
  pictures: readonly PictureTrack[],
  part: EncodeRange,
): Promise<string[]> {
  const from = { tools, video: videoOf(facts.video), signal };
  return options({ filter_complex: await feedTracks(from, pictures, part.frames) });
}

function videoOf(video: VideoFacts | null): VideoFacts {
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  return video;
}

function partMs(
  { durationMs }: MediaFacts,
  { startFrame, frames }: EncodeRange,
  frameRate: number | undefined,
): number | null {
  if (frameRate === undefined) return durationMs;
  if (frames !== null) return (frames / frameRate) * 1_000;
  return durationMs === null ? null : durationMs - (startFrame / frameRate) * 1_000;
}
