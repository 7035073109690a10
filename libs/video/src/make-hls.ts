import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureOutput } from './check-output.js';
import { options } from './command-line.js';
import { audioArgs, noTags, videoArgs } from './encoder-args.js';
import {
  readMediaPlaylist,
  readVideoCodec,
  writeMasterPlaylist,
  type MediaPlaylist,
  type VideoRung,
} from './hls-playlists.js';
import type { Size } from './ladder.js';
import type { AudioFacts, FfmpegTools } from './media-facts.js';
import type { HlsSpec, MadeFile, MadeRendition } from './renditions.js';

/** Bitrate of the one audio rendition that all rungs share. */
const audioKbps = 128;
const masterPath = 'master.m3u8';
const playlistType = 'application/vnd.apple.mpegurl';

/** Everything that decides what an HLS rendition looks like. */
export interface HlsPlan {
  readonly spec: HlsSpec;
  readonly rungs: readonly Size[];
  readonly frameRate: number;
  readonly audio: AudioFacts | null;
}

const rungFolder = (rung: Size) => `${Math.min(rung.width, rung.height)}p`;
const playlistIn = (folder: string) => `${folder}/playlist.m3u8`;

/** Makes the folders that ffmpeg writes into: it makes none itself. */
export async function makeHlsFolders(plan: HlsPlan, outDir: string): Promise<void> {
  const folders = [...plan.rungs.map(rungFolder), ...(plan.audio ? ['audio'] : [])];
  await Promise.all(folders.map((folder) => mkdir(join(outDir, folder), { recursive: true })));
}

/** One output of ffmpeg for each rung; the sound, if there is any, is an output of its own and encoded once. */
export function hlsOutputs(plan: HlsPlan, labelOf: (rung: number) => string): string[] {
  const { spec, rungs, frameRate, audio } = plan;
  const videos = rungs.map((rung, index) =>
    options({ map: labelOf(index) }).concat(
      videoArgs(rung, frameRate, spec.segmentSeconds),
      segmentArgs(rungFolder(rung), spec),
    ),
  );
  const sound = audio ? [...audioArgs(audio, audioKbps), ...segmentArgs('audio', spec)] : [];
  return [...videos.flat(), ...sound];
}

function segmentArgs(folder: string, spec: HlsSpec): string[] {
  return [
    ...noTags,
    ...options({
      f: 'hls',
      hls_time: spec.segmentSeconds,
      hls_playlist_type: 'vod',
      hls_list_size: 0,
      hls_segment_type: 'fmp4',
      hls_flags: 'independent_segments',
      // Frames out of order begin before time 0: moved up, the picture would be late for the sound, an output of its own.
      avoid_negative_ts: 'disabled',
      hls_fmp4_init_filename: 'init.mp4',
      hls_segment_filename: `${folder}/segment_%05d.m4s`,
    }),
    playlistIn(folder),
  ];
}

/** Measures what ffmpeg wrote, checks it and writes the master playlist. */
export async function finishHls(
  tools: FfmpegTools,
  plan: HlsPlan,
  outDir: string,
  signal: AbortSignal,
): Promise<MadeRendition> {
  const rungs: VideoRung[] = [];
  for (const rung of plan.rungs) {
    const path = playlistIn(rungFolder(rung));
    await measureOutput(tools, outDir, path, { video: true, audio: false }, signal);
    const playlist = await readMediaPlaylist(outDir, path);
    const codec = await readVideoCodec(outDir, playlist.initPath);
    rungs.push({ playlist, size: rung, frameRate: plan.frameRate, codec });
  }
  const audio = plan.audio && (await finishAudio(tools, plan.audio, outDir, signal));
  await writeFile(join(outDir, masterPath), writeMasterPlaylist(rungs, audio));

  const playlists = [...rungs.map((rung) => rung.playlist), ...(audio ? [audio.playlist] : [])];
  return {
    files: [
      { path: masterPath, mimeType: playlistType },
      ...rungs.flatMap((rung) => filesOf(rung.playlist, 'video/mp4')),
      ...(audio ? filesOf(audio.playlist, 'audio/mp4') : []),
    ],
    main: masterPath,
    width: plan.rungs[0]?.width ?? null,
    height: plan.rungs[0]?.height ?? null,
    durationMs: Math.max(...playlists.map((playlist) => playlist.durationMs)),
    encoder: null,
    details: {},
  };
}

async function finishAudio(tools: FfmpegTools, audio: AudioFacts, outDir: string, signal: AbortSignal) {
  const path = playlistIn('audio');
  await measureOutput(tools, outDir, path, { video: false, audio: true }, signal);
  const playlist = await readMediaPlaylist(outDir, path);
  return { playlist, channels: Math.min(2, audio.channels), language: audio.language };
}

function filesOf(playlist: MediaPlaylist, mimeType: string): MadeFile[] {
  const media = [playlist.initPath, ...playlist.segments.map((segment) => segment.path)];
  return [{ path: playlist.path, mimeType: playlistType }, ...media.map((path) => ({ path, mimeType }))];
}
