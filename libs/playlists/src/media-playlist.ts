import { basename } from 'node:path/posix';
import type { Segment, Track } from './track.js';

/** The contents of a playlist; subtitles have no initialisation segment. */
export type Listed = Pick<Track, 'folder' | 'timescale' | 'segments'> & { readonly initPath: string | null };

/** How the files of a stream are encrypted: AES-128 in CBC mode, each file as a whole (RFC 8216 section 4.3.2.4). */
export interface Encryption {
  /** Address of the key, relative to a playlist in its own folder. */
  readonly keyUri: string;
  /** The initialisation vector in hexadecimal, by the folder of the track. */
  readonly ivOf: (folder: string) => string;
}

/**
 * Writes the playlist of one track (RFC 8216 section 4.3) with exact durations. A `finished` playlist never changes; a
 * `growing` one has segments appended until it has `ended`. No segment exceeds the first by more than a few packets of sound,
 * so the target duration stays the same.
 */
export function writeMediaPlaylist(
  track: Listed,
  encryption: Encryption | null,
  state: 'finished' | 'growing' | 'ended' = 'finished',
): string {
  const seconds = track.segments.map((segment) => segment.ticks / track.timescale);
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${targetSeconds(track)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${state === 'finished' ? 'VOD' : 'EVENT'}`,
    // Otherwise a player would start near the end, as with a live stream.
    ...(state === 'finished' ? [] : ['#EXT-X-START:TIME-OFFSET=0']),
    '#EXT-X-INDEPENDENT-SEGMENTS',
    // Precedes the map, because it applies to the initialisation segment too.
    ...(encryption
      ? [`#EXT-X-KEY:METHOD=AES-128,URI="${encryption.keyUri}",IV=0x${encryption.ivOf(track.folder)}`]
      : []),
    ...(track.initPath === null ? [] : [`#EXT-X-MAP:URI="${basename(track.initPath)}"`]),
    ...track.segments.flatMap((segment, index) => [
      `#EXTINF:${(seconds[index] ?? 0).toFixed(6)},`,
      basename(segment.path),
    ]),
    ...(state === 'growing' ? [] : ['#EXT-X-ENDLIST']),
  ];
  return `${lines.join('\n')}\n`;
}

/** Duration of a track in seconds. */
export function secondsOf({ segments, timescale }: Listed): number {
  return sum(segments.map((segment) => segment.ticks)) / timescale;
}

/** Bits per second, as RFC 8216 section 4.3.4.2 defines BANDWIDTH and AVERAGE-BANDWIDTH. */
export function ratesOf(track: Track): { peakBps: number; averageBps: number } {
  const bytes = sum(track.segments.map((segment) => segment.sizeBytes));
  const averageBps = Math.ceil((8 * bytes) / secondsOf(track));
  return { peakBps: Math.max(averageBps, peakBitrate(track)), averageBps };
}

/** The target duration: the longest segment, rounded to whole seconds. */
function targetSeconds({ segments, timescale }: Listed): number {
  return Math.max(1, ...segments.map((segment) => Math.round(segment.ticks / timescale)));
}

/** Highest bitrate of any run of segments that lasts 0.5 to 1.5 times the target duration. */
function peakBitrate(track: Track): number {
  const target = targetSeconds(track);
  let peak = 0;
  for (const [first] of track.segments.entries()) {
    let seconds = 0;
    let bytes = 0;
    for (const segment of runFrom(track.segments, first)) {
      seconds += segment.ticks / track.timescale;
      bytes += segment.sizeBytes;
      if (seconds > 1.5 * target) break;
      if (seconds >= 0.5 * target) peak = Math.max(peak, Math.ceil((8 * bytes) / seconds));
    }
  }
  return peak;
}

function* runFrom(segments: readonly Segment[], first: number): Generator<Segment> {
  for (let index = first; index < segments.length; index++) {
    const segment = segments[index];
    if (segment) yield segment;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}
