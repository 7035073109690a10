import { ratesOf } from './media-playlist.js';
import type { Size } from '#media';
import type { VideoRange } from '#media';
import { playlistIn, type Track } from './track.js';

/** A picture track of a stream. */
export interface Rung {
  readonly track: Track;
  readonly size: Size;
  readonly frameRate: number;
  readonly range: VideoRange;
}

/** The audio track of a stream. */
export interface Sound {
  readonly track: Track;
  readonly channels: number;
  readonly language: string | null;
}

/** Subtitles of one language, as WebVTT. */
export interface Subtitles {
  readonly folder: string;
  /** The file that contains all cues. */
  readonly path: string;
  readonly name: string;
  readonly language: string | null;
  readonly forced: boolean;
  /** Whether cues beyond the limit were dropped. */
  readonly cut: boolean;
  readonly sizeBytes: number;
}

/** The parts of a stream: all rungs share the sound and the subtitles. */
export interface StreamParts {
  readonly rungs: readonly Rung[];
  readonly sound: Sound | null;
  readonly subtitles: readonly Subtitles[];
}

/** Writes the master playlist (RFC 8216 section 4.3.4), with the rungs in the given order. */
export function writeMasterPlaylist({ rungs, sound, subtitles }: StreamParts): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  if (sound) {
    lines.push(
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,` +
        `${language(sound.language)}CHANNELS="${sound.channels}",URI="${playlistIn(sound.track.folder)}"`,
    );
  }
  for (const { name, language: tag, forced, folder } of subtitles) {
    lines.push(
      `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="${name}",DEFAULT=NO,AUTOSELECT=YES,` +
        `${forced ? 'FORCED=YES,' : ''}${language(tag)}URI="${playlistIn(folder)}"`,
    );
  }
  const soundRates = sound ? ratesOf(sound.track) : { peakBps: 0, averageBps: 0 };
  const tellsRange = rungs.some(({ range }) => range !== 'SDR');
  for (const { track, size, frameRate, range } of rungs) {
    const rates = ratesOf(track);
    const codecs = [track.codec, ...(sound ? [sound.track.codec] : [])].join();
    lines.push(
      `#EXT-X-STREAM-INF:BANDWIDTH=${rates.peakBps + soundRates.peakBps},` +
        `AVERAGE-BANDWIDTH=${rates.averageBps + soundRates.averageBps},` +
        `RESOLUTION=${size.width}x${size.height},FRAME-RATE=${frameRate.toFixed(3)},` +
        `${tellsRange ? `VIDEO-RANGE=${range},` : ''}` +
        `CODECS="${codecs}"${sound ? ',AUDIO="audio"' : ''}${subtitles.length > 0 ? ',SUBTITLES="subtitles"' : ''}`,
      playlistIn(track.folder),
    );
  }
  return `${lines.join('\n')}\n`;
}

function language(tag: string | null): string {
  const known = languageTag(tag);
  return known === null ? '' : `LANGUAGE="${known}",`;
}

/** Canonicalises a language tag: containers write `eng`, players expect `en` (RFC 5646). Null if it is not a valid tag. */
export function languageTag(language: string | null): string | null {
  try {
    return language && (Intl.getCanonicalLocales(language)[0] ?? null);
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}
