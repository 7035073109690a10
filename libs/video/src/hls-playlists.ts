import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { LandfallError } from '#runtime';
import type { Size } from './ladder.js';

interface Segment {
  readonly path: string;
  readonly seconds: number;
  readonly sizeBytes: number;
}

/** A media playlist and the files it names, measured. Paths are relative to the output folder. */
export interface MediaPlaylist {
  readonly path: string;
  readonly initPath: string;
  readonly segments: readonly Segment[];
  readonly durationMs: number;
  /** As RFC 8216 section 4.3.4.2 defines BANDWIDTH and AVERAGE-BANDWIDTH. */
  readonly peakBps: number;
  readonly averageBps: number;
}

export interface VideoRung {
  readonly playlist: MediaPlaylist;
  readonly size: Size;
  readonly frameRate: number;
  /** As in RFC 6381: `avc1.640028`. */
  readonly codec: string;
}

/** Reads a media playlist that ffmpeg wrote, and measures its files. */
export async function readMediaPlaylist(outDir: string, path: string): Promise<MediaPlaylist> {
  const text = await readFile(join(outDir, path), 'utf8').catch((cause: unknown) => {
    throw new LandfallError('media.encoder_failed', `${path} was not written`, { cause });
  });
  const initName = /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1];
  const entries = [...text.matchAll(/#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)/g)];
  if (initName === undefined || entries.length === 0 || !text.includes('#EXT-X-ENDLIST')) {
    throw new LandfallError('media.encoder_failed', `${path} holds no complete list of segments`);
  }
  const segments = await Promise.all(
    entries.map(async ([, seconds, name = '']): Promise<Segment> => {
      const segmentPath = join(dirname(path), name.trim());
      const { size } = await stat(join(outDir, segmentPath));
      return { path: segmentPath, seconds: Number(seconds), sizeBytes: size };
    }),
  );
  const totalSeconds = sum(segments.map((segment) => segment.seconds));
  const averageBps = Math.ceil((8 * sum(segments.map((segment) => segment.sizeBytes))) / totalSeconds);
  const targetSeconds = Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1]);
  return {
    path,
    initPath: join(dirname(path), initName),
    segments,
    durationMs: Math.round(totalSeconds * 1_000),
    peakBps: Math.max(averageBps, peakBitrate(segments, targetSeconds)),
    averageBps,
  };
}

/** Highest rate of any run of segments that lasts between half and one and a half of the target duration. */
function peakBitrate(segments: readonly Segment[], targetSeconds: number): number {
  let peak = 0;
  for (let first = 0; first < segments.length; first++) {
    let seconds = 0;
    let bytes = 0;
    for (const segment of segments.slice(first)) {
      seconds += segment.seconds;
      bytes += segment.sizeBytes;
      if (seconds > 1.5 * targetSeconds) break;
      if (seconds >= 0.5 * targetSeconds) peak = Math.max(peak, Math.ceil((8 * bytes) / seconds));
    }
  }
  return peak;
}

/** Reads the exact H.264 codec name from an initialisation segment (the `avcC` box, ISO/IEC 14496-15). */
export async function readVideoCodec(outDir: string, initPath: string): Promise<string> {
  const bytes = await readFile(join(outDir, initPath));
  const box = bytes.indexOf('avcC', 0, 'latin1');
  const profileAndLevel = bytes.subarray(box + 5, box + 8);
  if (box < 0 || profileAndLevel.length < 3) {
    throw new LandfallError('media.encoder_failed', `${initPath} does not describe H.264`);
  }
  return `avc1.${profileAndLevel.toString('hex')}`;
}

/** Writes the master playlist: the rungs as given, all with the one audio rendition if there is one. */
export function writeMasterPlaylist(
  rungs: readonly VideoRung[],
  audio: { playlist: MediaPlaylist; channels: number; language: string | null } | null,
): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  if (audio) {
    const language = languageTag(audio.language);
    lines.push(
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,` +
        `${language ? `LANGUAGE="${language}",` : ''}CHANNELS="${audio.channels}",URI="${audio.playlist.path}"`,
    );
  }
  for (const { playlist, size, frameRate, codec } of rungs) {
    lines.push(
      `#EXT-X-STREAM-INF:BANDWIDTH=${playlist.peakBps + (audio?.playlist.peakBps ?? 0)},` +
        `AVERAGE-BANDWIDTH=${playlist.averageBps + (audio?.playlist.averageBps ?? 0)},` +
        `RESOLUTION=${size.width}x${size.height},FRAME-RATE=${frameRate.toFixed(3)},` +
        `CODECS="${codec}${audio ? ',mp4a.40.2' : ''}"${audio ? ',AUDIO="audio"' : ''}`,
      playlist.path,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Containers write `eng`, players want `en` (RFC 5646); what is neither is left out. */
function languageTag(language: string | null): string | null {
  try {
    return language && (Intl.getCanonicalLocales(language)[0] ?? null);
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}
