import { isLandfallError } from '#runtime';
import type { VideoCodec } from '#media';
import { videoArgs } from './encoder-args.js';
import { hardwareEncoder } from './hardware-encoders.js';
import { hardwareKinds, type Hardware, type HardwareKind } from '../ffmpeg/tools.js';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import { runTool } from '../ffmpeg/run-tool.js';

/** Hardware answers at once; a broken driver may hang. */
const timeoutMs = 5_000;
/** A target that every hardware encoder accepts. */
const trial = { size: { width: 320, height: 240 }, frameRate: 25, keyFrames: 5, maxKbps: 500 };
const codecs: readonly VideoCodec[] = ['h264', 'hevc', 'av1'];

/**
 * Detects the hardware encoders of this machine by encoding a few frames with each codec.
 *
 * @param wanted one kind of hardware, or `auto` for the first that encodes H.264
 * @returns the refusals with `kind` null if none works, or if ffmpeg is missing
 * @throws the signal's reason after an abort
 */
export async function detectHardware(
  tools: FfmpegTools,
  wanted: HardwareKind | 'auto',
  signal: AbortSignal,
): Promise<Hardware> {
  const refusals: string[] = [];
  for (const kind of wanted === 'auto' ? hardwareKinds : [wanted]) {
    const able: VideoCodec[] = [];
    for (const codec of codecs) {
      const refusal = await tryEncoder(tools, kind, codec, signal);
      if (refusal === null) able.push(codec);
      else refusals.push(refusal);
      // Hardware that does not encode H.264 counts as absent.
      if (able.length === 0) break;
    }
    if (able.length > 0) return { kind, codecs: able, refusals };
  }
  return { kind: null, codecs: [], refusals };
}

/** Encodes a few frames and discards them. Returns the reason if that fails, otherwise null. */
async function tryEncoder(
  tools: FfmpegTools,
  kind: HardwareKind,
  codec: VideoCodec,
  signal: AbortSignal,
): Promise<string | null> {
  const encoder = hardwareEncoder(kind, codec);
  const { size, frameRate } = trial;
  try {
    await runTool({
      command: tools.ffmpegPath,
      task: 'test encoder',
      args: [
        '-nostdin',
        '-hide_banner',
        '-loglevel',
        'error',
        ...encoder.setUp,
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=${size.width}x${size.height}:rate=${frameRate}`,
        '-frames:v',
        '10',
        '-vf',
        encoder.filter,
        ...videoArgs(encoder, trial, 1),
        '-f',
        'null',
        '-',
      ],
      source: 'lavfi',
      bounds: { ...tools, memoryMaxBytes: Infinity },
      timeoutMs,
      signal,
      otherwise: 'media.encoder_failed',
      onOutput: () => undefined,
    });
    return null;
  } catch (thrown) {
    signal.throwIfAborted();
    if (!isLandfallError(thrown)) throw thrown;
    return `${encoder.name}: ${thrown.detail ?? thrown.code}`;
  }
}
