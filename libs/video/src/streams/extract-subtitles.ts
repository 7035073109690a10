import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLandfallError } from '#runtime';
import { cleanCues } from '#playlists';
import { options } from '../ffmpeg/command-line.js';
import { noTags } from '../encoding/encoder-args.js';
import type { EncodeJob } from './encode-tracks.js';
import { languageTag, type Subtitles } from '#playlists';
import type { SubtitleFacts } from '../facts/media-facts.js';
import type { Listed } from '#playlists';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';

/** Codecs of text subtitles, including closed captions. */
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
  'eia_608',
]);
const pictureCodecs = new Set(['dvb_subtitle', 'dvd_subtitle', 'hdmv_pgs_subtitle', 'xsub']);
const most = 16;
/** Maximum size of one WebVTT file in bytes: the text of a long film takes 200 kB. */
const maxBytes = 4_194_304;
const nameLength = 60;

export interface ExtractedSubtitles {
  readonly subtitles: readonly Subtitles[];
  /** Streams that are left out, and why. */
  readonly leftOut: readonly { streamIndex: number; language: string | null; reason: string }[];
}

/**
 * Writes the text subtitles of a video as WebVTT, each in its own folder. Subtitles that cannot be read are left out and do not
 * fail the video.
 *
 * @throws the signal's reason after an abort; errors that do not blame the subtitles, such as `media.scratch_full` or
 * `media.encoder_missing`
 */
export async function extractSubtitles(job: EncodeJob): Promise<ExtractedSubtitles> {
  const subtitles: Subtitles[] = [];
  const leftOut: ExtractedSubtitles['leftOut'][number][] = [];
  const texts = job.facts.subtitles.filter(({ codec }) => textCodecs.has(codec)).slice(0, most);
  const written = await writeAllCues(job, texts);
  for (const facts of job.facts.subtitles) {
    const { streamIndex, language, codec } = facts;
    const made = written.includes(facts)
      ? await finish(job, facts, subtitles)
      : reasonOf(codec, texts.includes(facts));
    if (typeof made === 'string') leftOut.push({ streamIndex, language, reason: made });
    else subtitles.push(made);
  }
  return { subtitles, leftOut };
}

function reasonOf(codec: string, wasRead: boolean): string {
  if (pictureCodecs.has(codec)) return `${codec} contains pictures, not text`;
  if (!textCodecs.has(codec)) return `${codec} is not supported`;
  return wasRead ? 'it cannot be decoded' : `there are more than ${most}`;
}

const folderOf = ({ streamIndex }: SubtitleFacts) => `subtitles-${streamIndex}`;
const cuesIn = (facts: SubtitleFacts) => `${folderOf(facts)}/cues.vtt`;

/** Extracts all subtitles in one pass over the file, or in one pass each if that fails. Returns those that were written. */
async function writeAllCues(
  job: EncodeJob,
  texts: readonly SubtitleFacts[],
): Promise<readonly SubtitleFacts[]> {
  for (const facts of texts) await mkdir(join(job.outDir, folderOf(facts)), { recursive: true });
  if (texts.length === 0 || (await tryToWrite(job, texts))) return texts;
  const written: SubtitleFacts[] = [];
  for (const facts of texts) if (await tryToWrite(job, [facts])) written.push(facts);
  return written;
}

async function tryToWrite(job: EncodeJob, texts: readonly SubtitleFacts[]): Promise<boolean> {
  try {
    await writeCues(job, texts);
    return true;
  } catch (thrown) {
    if (!isLandfallError(thrown) || !ofTheMedia.has(thrown.code)) throw thrown;
    return false;
  }
}

/** Cleans the cues of one subtitle stream. Returns a string with the reason if it is left out. */
async function finish(
  { outDir }: EncodeJob,
  facts: SubtitleFacts,
  before: readonly Subtitles[],
): Promise<Subtitles | string> {
  const [folder, path] = [folderOf(facts), cuesIn(facts)];
  const file = join(outDir, path);
  const cleaned = cleanCues(await readFile(file, 'utf8'));
  if (!cleaned) {
    await rm(join(outDir, folder), { recursive: true });
    return 'it contains no text';
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
  texts: readonly SubtitleFacts[],
): Promise<void> {
  await runFfmpeg(tools, {
    task: 'subtitles',
    source,
    durationMs: null,
    maxPixels: limits.maxPixels,
    outputArgs: texts.flatMap((facts) => [
      ...options({ map: `0:${facts.streamIndex}`, 'c:s': 'webvtt', fs: maxBytes, f: 'webvtt' }),
      ...noTags,
      cuesIn(facts),
    ]),
    outDir,
    timeoutMs: limits.timeoutMs,
    signal,
  });
}

/** The name in a player's menu: different from the names before it and safe in a playlist. */
function nameOf({ title, language }: SubtitleFacts, before: readonly Subtitles[]): string {
  const wanted = (title ?? language ?? '')
    .replaceAll(/["<>&\p{C}]/gu, '')
    .trim()
    .slice(0, nameLength);
  const name = wanted === '' ? 'Subtitles' : wanted;
  const taken = new Set(before.map((other) => other.name));
  for (let number = 1; ; number += 1) {
    const one = number === 1 ? name : `${name} (${number})`;
    if (!taken.has(one)) return one;
  }
}

/** Subtitles as the content of a playlist: one segment for the whole video. */
export function listSubtitles({ folder, path, sizeBytes }: Subtitles, durationMs: number): Listed {
  return {
    folder,
    initPath: null,
    timescale: 1_000,
    segments: [{ path, ticks: durationMs, frames: 0, sizeBytes }],
  };
}
