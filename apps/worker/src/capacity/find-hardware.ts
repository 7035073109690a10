import type { Config, Logger } from '#runtime';
import { detectHardware, type Hardware } from '#video';

/** All kinds of chips together; each is given a few seconds. */
const timeoutMs = 60_000;

/** Tries the chip that the settings ask for; null when they ask for none. */
export async function findHardware(
  { VIDEO_ENCODER, FFMPEG_PATH, FFPROBE_PATH }: Config<'media'>['media'],
  logger: Logger,
): Promise<Hardware | null> {
  if (VIDEO_ENCODER === 'software') return null;
  const tools = { ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH };
  const hardware = await detectHardware(tools, VIDEO_ENCODER, AbortSignal.timeout(timeoutMs));
  const { kind, codecs, refusals } = hardware;
  if (kind) logger.info({ kind, codecs, refusals }, 'a chip encodes videos');
  else logger.warn({ wanted: VIDEO_ENCODER, refusals }, 'no chip encodes videos, software does');
  return hardware;
}
