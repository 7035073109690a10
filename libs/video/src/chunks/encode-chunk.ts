import { describeTrack, placeTrack, type ChunkTrack } from './chunk-tracks.js';
import { encodeTracks, type EncodeJob } from '../streams/encode-tracks.js';
import { encryptTrack } from '../streams/encrypt-track.js';
import { extractSubtitles, type ExtractedSubtitles } from '../streams/extract-subtitles.js';
import { encryptSubtitles } from '../streams/finish-streams.js';
import type { Loudness } from '../encoding/measure-loudness.js';
import type { MadeFile } from '#media';
import type { ChunkContent } from './growing-plan.js';
import { smallestRung, type StreamPlan } from '../streams/stream-plan.js';

/** The content of one encoded chunk: pictures, or sound and subtitles. */
export interface EncodedChunk extends ExtractedSubtitles {
  readonly tracks: readonly ChunkTrack[];
  /** Loudness of the source, if its sound is normalised. */
  readonly loudness: Loudness | null;
}

const noSound = { subtitles: [], leftOut: [], loudness: null };

/** Encodes one chunk of a video and shifts it to its time in the whole. */
export async function encodeChunk(job: EncodeJob, content: ChunkContent): Promise<EncodedChunk> {
  const { plan, outDir } = job;
  const { pictures: part, soundSegments } = content;
  if (part) {
    const smallest = smallestRung(plan);
    const wanted = plan.pictures.filter(
      (picture) => content.rungs === undefined || (picture === smallest) === (content.rungs === 'smallest'),
    );
    const { pictures } = await encodeTracks(job, { pictures: wanted, sounds: [] }, part);
    for (const track of pictures) await placeTrack(outDir, track, part);
    const tracks = await Promise.all(pictures.map((track) => describeTrack(outDir, track)));
    return { tracks, ...noSound };
  }
  if (soundSegments !== undefined) return { ...noSound, tracks: await encodeSoundStart(job, soundSegments) };
  const texts = plan.hls ? await extractSubtitles(job) : { subtitles: [], leftOut: [] };
  if (plan.sounds.length === 0) return { ...noSound, ...texts, tracks: [] };
  const { sounds, loudness } = await encodeTracks(job, { pictures: [], sounds: plan.sounds });
  const tracks = await Promise.all(sounds.map((track) => describeTrack(outDir, track)));
  return { tracks, loudness, ...texts };
}

/**
 * Encodes the first `count` segments of the sound of a stream, and one more to drop: the last segment of a shortened sound
 * differs from that of the whole.
 */
async function encodeSoundStart(job: EncodeJob, count: number): Promise<ChunkTrack[]> {
  const { hls, pictures } = job.plan;
  const [target] = pictures.map((picture) => picture.target);
  if (!hls?.sound || !target) return [];
  const part = { startFrame: 0, frames: (count + 1) * target.keyFrames, firstSegment: 0 };
  const { sounds } = await encodeTracks(job, { pictures: [], sounds: [hls.sound] }, part);
  const [track] = sounds;
  if (!track) return [];
  const segments = track.segments.slice(0, -1).slice(0, count);
  return [await describeTrack(job.outDir, { ...track, segments })];
}

/** The part of a chunk that the MP4 is assembled from, never encrypted. */
export function chunkOfMp4({ mp4 }: StreamPlan, { tracks, loudness }: EncodedChunk): EncodedChunk {
  const folders = new Set([mp4?.picture.folder, mp4?.sound?.folder]);
  return { ...noSound, tracks: tracks.filter(({ folder }) => folders.has(folder)), loudness };
}

/** The part of a chunk that the stream serves, encrypted in place if there is a key. */
export async function chunkOfHls(
  { hls }: StreamPlan,
  chunk: EncodedChunk,
  outDir: string,
  key?: Buffer,
): Promise<EncodedChunk> {
  const folders = new Set(
    [...(hls?.rungs ?? []), ...(hls?.sound ? [hls.sound] : [])].map(({ folder }) => folder),
  );
  const tracks: ChunkTrack[] = [];
  for (const track of chunk.tracks) {
    if (!folders.has(track.folder)) continue;
    const { initHash, initBytes } = track;
    tracks.push(key ? { ...(await encryptTrack(outDir, track, key)), initHash, initBytes } : track);
  }
  return { ...chunk, tracks, subtitles: await encryptSubtitles(outDir, chunk.subtitles, key) };
}

/** The files of a chunk: initialisation segments, segments and subtitles, without the playlists. */
export function filesOfChunk({ sounds }: StreamPlan, { tracks, subtitles }: EncodedChunk): MadeFile[] {
  const soundFolders = new Set(sounds.map(({ folder }) => folder));
  return [
    ...tracks.flatMap(({ folder, initPath, segments }) => {
      const mimeType = soundFolders.has(folder) ? 'audio/mp4' : 'video/mp4';
      return [initPath, ...segments.map(({ path }) => path)].map((path) => ({ path, mimeType }));
    }),
    ...subtitles.map(({ path }) => ({ path, mimeType: 'text/vtt' })),
  ];
}

/** Total size of those files in bytes. */
export function sizeOfChunk({ tracks, subtitles }: EncodedChunk): number {
  const sizes = tracks.flatMap(({ initBytes, segments }) => [
    initBytes,
    ...segments.map(({ sizeBytes }) => sizeBytes),
  ]);
  return [...sizes, ...subtitles.map(({ sizeBytes }) => sizeBytes)].reduce((sum, size) => sum + size, 0);
}
