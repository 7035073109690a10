import { isLandfallError } from '#runtime';
import type { FfmpegTools } from './media-facts.js';
import { runTool } from './run-tool.js';

const timeoutMs = 10_000;

/**
 * Looks for ffmpeg and ffprobe.
 *
 * @returns the version of ffmpeg, or null when one of the two cannot be started
 * @throws `media.timed_out` when one does not answer within 10 s
 */
export async function findFfmpeg(tools: FfmpegTools): Promise<{ version: string } | null> {
  try {
    await ask(tools.ffprobePath, '-version');
    const answer = await ask(tools.ffmpegPath, '-version');
    return { version: /version (\S+)/.exec(answer)?.[1] ?? 'unknown' };
  } catch (thrown) {
    if (isLandfallError(thrown, 'media.encoder_missing')) return null;
    throw thrown;
  }
}

/** True when this ffmpeg has all these filters (or encoders). */
export async function hasParts(
  tools: FfmpegTools,
  kind: 'filters' | 'encoders',
  names: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const listed = new Set((await ask(tools.ffmpegPath, `-${kind}`, signal)).split(/\s+/));
  return names.every((name) => listed.has(name));
}

async function ask(command: string, option: string, signal?: AbortSignal): Promise<string> {
  let answer = '';
  await runTool({
    command,
    args: ['-hide_banner', option],
    source: command,
    timeoutMs,
    signal: signal ?? AbortSignal.timeout(2 * timeoutMs),
    otherwise: 'media.encoder_missing',
    onOutput: (text) => (answer += text),
  });
  return answer;
}
