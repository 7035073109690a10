import { isLandfallError } from '#runtime';
import type { FfmpegTools } from './tools.js';
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

/** The filters and encoders of each ffmpeg, cached for the lifetime of this process: listing them takes 0.1 s. */
const listings = new Map<string, Promise<ReadonlySet<string>>>();

/** True when this ffmpeg has all these filters (or encoders). */
export async function hasParts(
  tools: FfmpegTools,
  kind: 'filters' | 'encoders',
  names: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const asked = `${tools.ffmpegPath} -${kind}`;
  const listing = listings.get(asked) ?? list(tools.ffmpegPath, kind);
  listings.set(asked, listing);
  try {
    const listed = await listing;
    return names.every((name) => listed.has(name));
  } catch (thrown) {
    // Failures are not cached.
    listings.delete(asked);
    throw thrown;
  }
}

/** The codecs that this ffmpeg can decode, by their ffprobe names. It knows the names of many more. */
export async function decodableCodecs(tools: FfmpegTools): Promise<ReadonlySet<string>> {
  const known = decodable.get(tools.ffmpegPath) ?? listDecodable(tools.ffmpegPath);
  decodable.set(tools.ffmpegPath, known);
  try {
    return await known;
  } catch (thrown) {
    // Failures are not cached.
    decodable.delete(tools.ffmpegPath);
    throw thrown;
  }
}

const decodable = new Map<string, Promise<ReadonlySet<string>>>();

/** Parses lines such as ` DEAIL. name  description`, where a leading `D` marks a codec with a decoder. */
async function listDecodable(ffmpegPath: string): Promise<ReadonlySet<string>> {
  const lines = (await ask(ffmpegPath, '-codecs')).split('\n');
  return new Set(lines.flatMap((line) => /^ D[.A-Z]{5} (\S+)/.exec(line)?.[1] ?? []));
}

async function list(ffmpegPath: string, kind: string): Promise<ReadonlySet<string>> {
  return new Set((await ask(ffmpegPath, `-${kind}`)).split(/\s+/));
}

async function ask(command: string, option: string): Promise<string> {
  let answer = '';
  await runTool({
    command,
    task: 'version',
    args: ['-hide_banner', option],
    source: command,
    timeoutMs,
    signal: AbortSignal.timeout(2 * timeoutMs),
    otherwise: 'media.encoder_missing',
    onOutput: (text) => (answer += text),
  });
  return answer;
}
