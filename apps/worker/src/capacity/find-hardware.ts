import type { Config, Logger } from '#runtime';
import { detectHardware, type Hardware } from '#video';

/** Time limit for probing all kinds of hardware; each gets a few seconds. */
const timeoutMs = 60_000;

/** Probes the hardware encoder that the settings ask for; null if they ask for software. */
export async function findHardware(
  { videoEncoder, ffmpegPath, ffprobePath }: Config<'media'>['media'],
  logger: Logger,
): Promise<Hardware | null> {
  if (videoEncoder === 'software') return null;
  const tools = { ffmpegPath, ffprobePath };
  const hardware = await detectHardware(tools, videoEncoder, AbortSignal.timeout(timeoutMs));
  const { kind, codecs, refusals } = hardware;
  if (kind) logger.info({ kind, codecs, refusals }, 'hardware encodes videos');
  else logger.warn({ wanted: videoEncoder, refusals }, 'no hardware encoder works; software encodes videos');
  return hardware;
}
