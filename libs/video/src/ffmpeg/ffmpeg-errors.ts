import { LandfallError, type ErrorCode } from '#runtime';
import { isRangeProxy } from './media-source.js';

const logLimits = { lines: 40, bytes: 4_096 };

interface Reading {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
}

const diskFull = /No space left on device|Disk quota exceeded/i;

/** What ffmpeg says when the machine or the settings are at fault. */
const ofTheMachine: readonly Reading[] = [
  { pattern: diskFull, code: 'media.scratch_full' },
  { pattern: /File too large/i, code: 'media.output_too_large' },
  { pattern: /Unknown encoder|No such filter/i, code: 'media.encoder_missing' },
];

/** What ffmpeg says of a range proxy that closed; why it did is told by the range proxy itself. */
const ofTheProxy: readonly Reading[] = [
  {
    pattern:
      /Server returned|HTTP error|Connection (refused|reset|timed out)|Stream ends prematurely|Operation timed out/i,
    code: 'storage.unavailable',
  },
  // Alone it is the file: a Matroska file that ends in its head makes the demuxer say so.
  { pattern: /Input\/output error/i, code: 'media.damaged' },
];

/** What ffmpeg says when the media is at fault, most telling first. */
const ofTheMedia: readonly Reading[] = [
  {
    pattern: /Cannot allocate memory|malloc of size \d+ failed|insufficient resources/i,
    code: 'media.too_complex',
  },
  { pattern: /exceeds specified max pixel count|Picture size .* is invalid/i, code: 'media.too_many_pixels' },
  { pattern: /Format not on whitelist|Protocol .* not on whitelist/i, code: 'media.unsupported' },
  { pattern: /no decoder found|Decoder .* not found|Unknown decoder/i, code: 'media.unsupported' },
  {
    pattern:
      /moov atom not found|Invalid data found|partial file|ended prematurely|after EOF|header parsing failed|truncat|End of file|error while decoding|Error submitting packet to decoder/i,
    code: 'media.damaged',
  },
];

const noIndex = /moov atom not found/i;
const withoutIndex =
  'the MP4 lacks its index (moov), which is written last: the recording or its copy is truncated and cannot be played';

/**
 * Turns what ffmpeg or ffprobe complained about into an error with a code.
 *
 * @param complaints last lines of stderr, already free of URLs
 * @param otherwise code for complaints that are not known
 */
export function errorOfComplaints(
  complaints: readonly string[],
  source: string,
  otherwise: ErrorCode,
): LandfallError {
  const text = complaints.join('\n');
  const readings = [...ofTheMachine, ...(isRangeProxy(source) ? ofTheProxy : []), ...ofTheMedia];
  const code = readings.find((reading) => reading.pattern.test(text))?.code ?? otherwise;
  const detail = noIndex.test(text)
    ? withoutIndex
    : complaints.slice(-4).join(' | ').slice(-600) || 'ffmpeg gave no reason';
  return new LandfallError(code, detail, { context: { log: logOf(complaints) } });
}

/**
 * Refuses a source of which the end is missing: ffmpeg says so, and calls what it made of the rest a success. Half a film
 * published as whole is a wrong film.
 *
 * @param isUsed whether a file that ends early is used as far as it goes; a range proxy that ended never is
 * @throws LandfallError media.damaged, or storage.unavailable when it was the range proxy that ended
 */
export function refuseTruncated(complaints: readonly string[], source: string, isUsed = false): void {
  if (!tellsTruncated(complaints)) return;
  const error = errorOfComplaints(complaints, source, 'media.damaged');
  if (!isUsed || error.code !== 'media.damaged') throw error;
}

/**
 * Refuses what was made while the disk was full: ffmpeg says so, and ends in order when only the end of a file is missing.
 *
 * @throws LandfallError media.scratch_full
 */
export function refuseFullDisk(complaints: readonly string[], source: string): void {
  if (complaints.some((line) => diskFull.test(line)))
    throw errorOfComplaints(complaints, source, 'media.scratch_full');
}

/** True when ffmpeg says that the end of its source is missing. */
export function tellsTruncated(complaints: readonly string[]): boolean {
  return complaints.some((line) => /partial file|File ended prematurely/i.test(line));
}

/** The last complaints, as they are kept for the person who asks why: at most 40 lines and 4 KB. */
export function logOf(complaints: readonly string[]): string {
  const lines = complaints.slice(-logLimits.lines).join('\n');
  return Buffer.from(lines)
    .subarray(-logLimits.bytes)
    .toString()
    .replace(/^\uFFFD+/, '');
}

/**
 * One line of stderr without what must not be told: the source is called `input`, other URLs `a URL`, of paths only the
 * file's name is left; addresses in memory go, control characters become spaces.
 */
export function hideSource(line: string, source: string): string {
  return line
    .replaceAll(source, 'input')
    .replace(/\b[a-z][a-z\d+.-]*:\/\/[^\s'"]+/gi, 'a URL')
    .replace(/(?<![\w.])\/(?:[^\s/'":]+\/)+/g, '')
    .replace(/ @ 0x[\da-f]+/g, '')
    .replace(/\p{Cc}/gu, ' ');
}
