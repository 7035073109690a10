import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError, settleAll } from '#runtime';
import { writeManifest } from '#playlists';
import { encryptionWith, encryptTrack } from './encrypt-track.js';
import { listSubtitles, type ExtractedSubtitles } from './extract-subtitles.js';
import { joinMp4, mp4Path } from './make-mp4.js';
import { writeMasterPlaylist, type Rung, type Sound, type StreamParts, type Subtitles } from '#playlists';
import type { Bench } from '../encoding/video-work.js';
import { ratesOf, secondsOf, writeMediaPlaylist, type Encryption, type Listed } from '#playlists';
import type { MadeFile, MadeRendition } from '#media';
import type { PictureTrack } from '../encoding/tracks.js';
import type { LadderPlan } from '../ladder/plan-ladder.js';
import type { StreamPlan } from './stream-plan.js';
import { masterPath, playlistIn, type Track } from '#playlists';

const manifestPath = 'manifest.mpd';
export const playlistType = 'application/vnd.apple.mpegurl';

/** The tracks made for a plan. */
export interface MadeTracks {
  readonly pictures: readonly Track[];
  readonly sounds: readonly Track[];
  readonly subtitles: readonly Subtitles[];
  /** Subtitles that are left out, with the reasons, for the details. */
  readonly leftOut?: ExtractedSubtitles['leftOut'];
}

/** Encrypts the tracks of an HLS stream and returns them with their new sizes. Without a key it returns them unchanged. */
export async function encryptTracks(
  outDir: string,
  tracks: readonly Track[],
  key?: Buffer,
): Promise<Track[]> {
  if (!key) return [...tracks];
  const hidden: Track[] = [];
  for (const track of tracks) hidden.push(await encryptTrack(outDir, track, key));
  return hidden;
}

/**
 * Writes the media playlists, the master playlist and, if the spec asks for it, the DASH manifest of a stream. Planned rungs
 * without a track are omitted.
 *
 * @param key the key that the tracks are encrypted with
 */
export async function writeHls(
  plan: StreamPlan,
  made: MadeTracks,
  outDir: string,
  key?: Buffer,
): Promise<MadeRendition> {
  const { hls } = plan;
  if (!hls) throw new LandfallError('internal.unexpected', 'the plan has no HLS stream');
  const rungs = rungsOf(hls, made.pictures);
  const sound = soundOf(hls, made.sounds);
  const parts: StreamParts = { rungs, sound, subtitles: made.subtitles };
  const encryption = key ? encryptionWith(key) : null;
  const tracks = [...rungs.map(({ track }) => track), ...(sound ? [sound.track] : [])];
  await settleAll(tracks.map((track) => writePlaylist(outDir, track, encryption)));
  const durationMs = Math.round(1_000 * Math.max(...tracks.map(secondsOf)));
  await settleAll(
    made.subtitles.map((one) => writePlaylist(outDir, listSubtitles(one, durationMs), encryption)),
  );
  await writeFile(join(outDir, masterPath), writeMasterPlaylist(parts));
  if (hls.spec.dash) await writeFile(join(outDir, manifestPath), writeManifest(parts));
  return {
    files: [
      { path: masterPath, mimeType: playlistType },
      ...(hls.spec.dash ? [{ path: manifestPath, mimeType: 'application/dash+xml' }] : []),
      ...rungs.flatMap(({ track }) => filesOf(track, 'video/mp4')),
      ...(sound ? filesOf(sound.track, 'audio/mp4') : []),
      ...made.subtitles.flatMap(({ folder, path }) => [
        { path: playlistIn(folder), mimeType: playlistType },
        { path, mimeType: 'text/vtt' },
      ]),
    ],
    main: masterPath,
    width: rungs[0]?.size.width ?? null,
    height: rungs[0]?.size.height ?? null,
    durationMs,
    encoder: hls.rungs[0]?.encoder.name ?? null,
    details: {
      rungs: rungs.map(describeRung),
      ...(hls.ladder ? { ladder: describeLadder(hls.ladder, hls.rungs) } : {}),
      audio: sound && { codec: sound.track.codec, ...ratesOf(sound.track) },
      subtitles: made.subtitles.map(({ name, language, cut }) => ({ name, language, cut })),
      ...(made.leftOut?.length ? { subtitlesLeftOut: made.leftOut } : {}),
      ...(hls.spec.dash ? { dash: manifestPath } : {}),
      ...(key ? { encryption: 'aes-128' } : {}),
    },
  };
}

type PlannedStream = NonNullable<StreamPlan['hls']>;

/** The rungs of a stream that were made, in the order of the plan. */
export function rungsOf({ rungs }: PlannedStream, made: readonly Track[]): Rung[] {
  return rungs.flatMap(({ folder, range, target: { size, frameRate } }) => {
    const track = made.find((one) => one.folder === folder);
    return track ? [{ track, range, size, frameRate }] : [];
  });
}

/** The sound of a stream; null if it was not made. */
export function soundOf({ sound }: PlannedStream, made: readonly Track[]): Sound | null {
  const track = made.find(({ folder }) => folder === sound?.folder);
  if (!sound || !track) return null;
  const { channels, language } = sound.audio;
  return { track, channels: Math.min(2, channels), language };
}

/** The entry of a rung in the details of a stream. */
function describeRung({ track, range, size: { width, height }, frameRate }: Rung) {
  const { peakBps, averageBps } = ratesOf(track);
  const bright = range === 'SDR' ? {} : { videoRange: range };
  return { width, height, frameRate, codec: track.codec, ...bright, peakBps, averageBps };
}

/** The results of measuring the video, for the details of a stream. */
function describeLadder({ rungs, omitted, fallback }: LadderPlan, tracks: readonly PictureTrack[]) {
  if (fallback !== undefined) return { fallback };
  return {
    omitted: omitted.map(({ size, because }) => ({ ...size, because })),
    coarser: rungs.map(({ auto }) => auto?.coarser ?? 0),
    thorough: rungs.map(({ auto }) => auto?.thorough ?? false),
    ...(tracks.every(({ encoder }) => encoder.keepsQuality) ? {} : { rateControl: 'average' }),
  };
}

async function writePlaylist(outDir: string, track: Listed, encryption: Encryption | null): Promise<void> {
  await writeFile(join(outDir, playlistIn(track.folder)), writeMediaPlaylist(track, encryption));
}

/** Encrypts the files of subtitles in place, as `encryptTracks` does those of tracks. */
export async function encryptSubtitles(
  outDir: string,
  subtitles: readonly Subtitles[],
  key?: Buffer,
): Promise<Subtitles[]> {
  if (!key) return [...subtitles];
  const hidden: Subtitles[] = [];
  for (const one of subtitles) {
    const { segments } = await encryptTrack(outDir, listSubtitles(one, 0), key);
    hidden.push({ ...one, sizeBytes: segments[0]?.sizeBytes ?? one.sizeBytes });
  }
  return hidden;
}

/** Assembles the MP4 of a plan from its tracks, whose folders must be in `bench.outDir` and not encrypted. */
export async function writeMp4(bench: Bench, plan: StreamPlan): Promise<MadeRendition> {
  const { mp4 } = plan;
  if (!mp4) throw new LandfallError('internal.unexpected', 'the plan has no MP4');
  const picture = { folder: mp4.picture.folder, codec: mp4.picture.encoder.codec };
  const measured = await joinMp4(bench, picture, mp4.sound?.folder ?? null);
  return {
    files: [{ path: mp4Path, mimeType: 'video/mp4' }],
    main: mp4Path,
    ...measured,
    encoder: mp4.picture.encoder.name,
    details: { frameRate: mp4.picture.target.frameRate, ...sharedWith(plan, mp4.picture) },
  };
}

/** Names the rung of the stream that the pictures are shared with, if any. */
function sharedWith({ hls }: StreamPlan, picture: PictureTrack): { rung?: string } {
  return hls?.rungs.includes(picture) ? { rung: picture.folder } : {};
}

function filesOf(track: Track, mimeType: string): MadeFile[] {
  const media = [track.initPath, ...track.segments.map((segment) => segment.path)];
  return [
    { path: playlistIn(track.folder), mimeType: playlistType },
    ...media.map((path) => ({ path, mimeType })),
  ];
}
