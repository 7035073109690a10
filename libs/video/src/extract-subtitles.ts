import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import { cleanCues } from './clean-cues.js';
import { options } from './command-line.js';
import { noTags } from './encoder-args.js';
import type { EncodeJob } from './encode-tracks.js';
import { languageTag, type Subtitles } from './master-playlist.js';
import type { SubtitleFacts } from './media-facts.js';
import type { Listed } from './media-playlist.js';
import { runFfmpeg } from './run-ffmpeg.js';

/** Subtitles that are text; all others are pictures. */
const textCodecs = new Set([
  'mov_text',
  'subrip',
  'srt',
  'ass',
  'ssa',
  'webvtt',
  'text',
  'subviewer',
  'microdvd',
]);
const most = 16;
/** What ffmpeg may write of one: the text of a long film is 200 kB. */
const maxBytes = 4_194_304;
const nameLength = 60;

export interface ExtractedSubtitles {
  readonly subtitles: readonly Subtitles[];
  /** Streams that are left out, and why. */
  readonly leftOut: readonly { streamIndex: number; language: string | null; reason: string }[];
}

/**
 * Writes the text subtitles of a video as WebVTT, each in a folder of its own. What cannot be read is left out: no
 * video fails for its subtitles.
 *
 * @throws the signal's reason after an abort; `media.scratch_full`, `media.encoder_missing`
 */
export async function extractSubtitles(job: EncodeJob): Promise<ExtractedSubtitles> {
  const subtitles: Subtitles[] = [];
  const leftOut: ExtractedSubtitles['leftOut'][number][] = [];
  for (const facts of job.facts.subtitles) {
    const { streamIndex, language } = facts;
    const made = await extract(job, facts, subtitles);
    if (typeof made === 'string') leftOut.push({ streamIndex, language, reason: made });
    else subtitles.push(made);
  }
  return { subtitles, leftOut };
}

/** Returns why one is left out. */
async function extract(
  job: EncodeJob,
  facts: SubtitleFacts,
  before: readonly Subtitles[],
): Promise<Subtitles | string> {
  if (!textCodecs.has(facts.codec)) return `${facts.codec} is pictures, not text`;
  if (before.length >= most) return `there are more than ${most}`;
  const folder = `subtitles-${before.length}`;
  await mkdir(join(job.outDir, folder), { recursive: true });
  const path = `${folder}/cues.vtt`;
  const file = join(job.outDir, path);
  try {
    await writeCues(job, facts, path);
  } catch (thrown) {
    if (!(thrown instanceof LandfallError) || !ofTheMedia.has(thrown.code)) throw thrown;
    await rm(join(job.outDir, folder), { recursive: true });
    return `it cannot be read (${thrown.code})`;
  }
  const cleaned = cleanCues(await readFile(file, 'utf8'));
  if (!cleaned) {
    await rm(join(job.outDir, folder), { recursive: true });
    return 'it says nothing';
  }
  await writeFile(file, cleaned.text);
  return {
    folder,
    path,
    name: nameOf(facts, before),
    language: languageTag(facts.language),
    forced: facts.forced,
    cut: cleaned.cut,
    sizeBytes: Buffer.byteLength(cleaned.text),
  };
}

const ofTheMedia: ReadonlySet<string> = new Set([
  'media.damaged',
  'media.unsupported',
  'media.encoder_failed',
  'media.timed_out',
]);

async function writeCues(
  { tools, source, limits, outDir, signal }: EncodeJob,
  { streamIndex }: SubtitleFacts,
  path: string,
): Promise<void> {
  await runFfmpeg(tools, {
    source,
    durationMs: null,
    maxPixels: limits.maxPixels,
    outputArgs: [
      ...options({ map: `0:${streamIndex}`, 'c:s': 'webvtt', fs: maxBytes, f: 'webvtt' }),
      ...noTags,
      path,
    ],
    outDir,
    timeoutMs: limits.timeoutMs,
    signal,
  });
}

/** What a player shows in its menu: unlike the names before, and harmless in a playlist. */
function nameOf({ title, language }: SubtitleFacts, before: readonly Subtitles[]): string {
  const wanted = (title ?? language ?? '')
    .replaceAll(/["<>&\p{C}]/gu, '')
    .trim()
    .slice(0, nameLength);
  const name = wanted === '' ? 'Subtitles' : wanted;
  const taken = before.filter((other) => other.name === name || other.name.startsWith(`${name} (`)).length;
  return taken === 0 ? name : `${name} (${taken + 1})`;
}

/** Subtitles as a playlist lists them: one segment for the whole video. */
export function listSubtitles({ folder, path, sizeBytes }: Subtitles, durationMs: number): Listed {
  return {
    folder,
    initPath: null,
    timescale: 1_000,
    segments: [{ path, ticks: durationMs, frames: 0, sizeBytes }],
  };
}
