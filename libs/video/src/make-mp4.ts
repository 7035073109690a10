import { measureOutput } from './check-output.js';
import { options } from './command-line.js';
import { audioArgs, noTags, videoArgs } from './encoder-args.js';
import type { Size } from './ladder.js';
import type { AudioFacts, FfmpegTools } from './media-facts.js';
import type { MadeRendition } from './renditions.js';

const audioKbps = 128;
/** A player seeks in steps of this. */
const keySeconds = 4;
const path = 'video.mp4';

/** Everything that decides what an MP4 rendition looks like. */
export interface Mp4Plan {
  readonly size: Size;
  readonly frameRate: number;
  readonly audio: AudioFacts | null;
}

/** The output of ffmpeg that is one MP4, with its index before the media: it plays while it loads. */
export function mp4Output(plan: Mp4Plan, label: string): string[] {
  return [
    ...options({ map: label }),
    ...videoArgs(plan.size, plan.frameRate, keySeconds),
    ...(plan.audio ? audioArgs(plan.audio, audioKbps) : []),
    ...noTags,
    ...options({ movflags: '+faststart', f: 'mp4' }),
    path,
  ];
}

/** Checks what ffmpeg wrote. */
export async function finishMp4(
  tools: FfmpegTools,
  plan: Mp4Plan,
  outDir: string,
  signal: AbortSignal,
): Promise<MadeRendition> {
  const wanted = { video: true, audio: plan.audio !== null };
  const measured = await measureOutput(tools, outDir, path, wanted, signal);
  return { files: [{ path, mimeType: 'video/mp4' }], main: path, ...measured, encoder: null, details: {} };
}
