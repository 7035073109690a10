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
 * A stretch of a video, in frames of its constant output rate: encoded alone, its segments are those of the whole from
 * `firstSegment` on. It begins at a key frame of the output: at a multiple of the frames of a segment.
 */
export interface EncodeRange {
  readonly startFrame: number;
  /** How many frames; null is all to the end. */
  readonly frames: number | null;
  /** Number of its first segment. */
  readonly firstSegment: number;
}

/** One video and what its tracks are made with. */
export interface EncodeJob extends VideoWork {
  readonly plan: StreamPlan;
}

/** Tracks as they were encoded, in the order they were given. */
export interface EncodedTracks {
  readonly pictures: readonly Track[];
  readonly sounds: readonly Track[];
  /** How loud the source is; null where no sound is brought to one loudness. */
  readonly loudness: Loudness | null;
  /** What ffmpeg complained of. */
  readonly complaints: readonly string[];
}

/** The whole video. */
const whole: EncodeRange = { startFrame: 0, frames: null, firstSegment: 0 };

/**
 * Encodes these tracks of the plan in one run of ffmpeg, which decodes the video once, and measures them.
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

/** The device of the chip, once. */
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
