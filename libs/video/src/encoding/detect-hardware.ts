import { isLandfallError } from '#runtime';
import type { VideoCodec } from '#media';
import { videoArgs } from './encoder-args.js';
import { hardwareEncoder } from './hardware-encoders.js';
import { hardwareKinds, type Hardware, type HardwareKind } from '../ffmpeg/tools.js';
import type { FfmpegTools } from '../ffmpeg/tools.js';
import { runTool } from '../ffmpeg/run-tool.js';

/** A chip answers at once; a broken driver may hang. */
const timeoutMs = 5_000;
/** A second of a moving picture that every chip takes. */
const trial = { size: { width: 320, height: 240 }, frameRate: 25, keyFrames: 5, maxKbps: 500 };
const codecs: readonly VideoCodec[] = ['h264', 'hevc', 'av1'];

/**
 * Finds out what the chip of this machine encodes, by encoding a few frames of each codec.
 *
 * @param wanted one kind of chip, or `auto` for the first that encodes H.264
 * @returns why none does, too; also when there is no ffmpeg
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
      // A chip that is not there encodes nothing.
      if (able.length === 0) break;
    }
    if (able.length > 0) return { kind, codecs: able, refusals };
  }
  return { kind: null, codecs: [], refusals };
}

/** Encodes a few frames to nowhere. Returns why that failed, null when it did not. */
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
