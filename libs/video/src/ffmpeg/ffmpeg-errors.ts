import { LandfallError, type ErrorCode } from '#runtime';
import { isRangeProxy } from './media-source.js';

const logLimits = { lines: 40, bytes: 4_096 };

interface Reading {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
}

const diskFull = /No space left on device|Disk quota exceeded/i;

/** ffmpeg messages that blame the machine or the settings. */
const ofTheMachine: readonly Reading[] = [
  { pattern: diskFull, code: 'media.scratch_full' },
  { pattern: /File too large/i, code: 'media.output_too_large' },
  { pattern: /Unknown encoder|No such filter/i, code: 'media.encoder_missing' },
];

/** ffmpeg messages about a range proxy that closed the connection; the proxy itself reports why. */
const ofTheProxy: readonly Reading[] = [
  {
    pattern:
      /Server returned|HTTP error|Connection (refused|reset|timed out)|Stream ends prematurely|Operation timed out/i,
    code: 'storage.unavailable',
  },
  // On its own this blames the file: the demuxer reports it for a Matroska file that ends within its header.
  { pattern: /Input\/output error/i, code: 'media.damaged' },
];

/** ffmpeg messages that blame the media, most specific first. */
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
 * Maps the complaints of ffmpeg or ffprobe to an error with a code.
 *
 * @param complaints the last lines of stderr, with URLs already removed
 * @param otherwise the code for unrecognised complaints
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
 * Refuses a source whose end is missing. ffmpeg reports that but exits successfully with a result made from the rest, and half
 * a film must not be published as the whole.
 *
 * @param isUsed whether a file that ends early is used as far as it goes; one cut short by the range proxy never is
 * @throws LandfallError media.damaged, or storage.unavailable if the range proxy closed
 */
export function refuseTruncated(complaints: readonly string[], source: string, isUsed = false): void {
  if (!tellsTruncated(complaints)) return;
  const error = errorOfComplaints(complaints, source, 'media.damaged');
  if (!isUsed || error.code !== 'media.damaged') throw error;
}

/**
 * Refuses output that was made while the disk was full: ffmpeg reports that, but exits successfully if only the end of a file
 * is missing.
 *
 * @throws LandfallError media.scratch_full
 */
export function refuseFullDisk(complaints: readonly string[], source: string): void {
  if (complaints.some((line) => diskFull.test(line)))
    throw errorOfComplaints(complaints, source, 'media.scratch_full');
}

/** True if ffmpeg reports that the end of its source is missing. */
export function tellsTruncated(complaints: readonly string[]): boolean {
  return complaints.some((line) => /partial file|File ended prematurely/i.test(line));
}

/** The last complaints as a log for diagnosis: at most 40 lines and 4 KiB. */
export function logOf(complaints: readonly string[]): string {
  const lines = complaints.slice(-logLimits.lines).join('\n');
  return Buffer.from(lines)
    .subarray(-logLimits.bytes)
    .toString()
    .replace(/^\uFFFD+/, '');
}

/**
 * Sanitises one line of stderr: the source becomes `input`, any other URL `a URL`, and paths are reduced to the file name;
 * memory addresses are removed, and control characters become spaces.
 */
export function hideSource(line: string, source: string): string {
  return line
    .replaceAll(source, 'input')
    .replace(/\b[a-z][a-z\d+.-]*:\/\/[^\s'"]+/gi, 'a URL')
    .replace(/(?<![\w.])\/(?:[^\s/'":]+\/)+/g, '')
    .replace(/ @ 0x[\da-f]+/g, '')
    .replace(/\p{Cc}/gu, ' ');
}
