import { ratesOf } from './media-playlist.js';
import type { Size } from '#media';
import type { VideoRange } from '#media';
import { playlistIn, type Track } from './track.js';

export interface Rung {
  readonly track: Track;
  readonly size: Size;
  readonly frameRate: number;
  readonly range: VideoRange;
}

export interface Sound {
  readonly track: Track;
  readonly channels: number;
  readonly language: string | null;
}

/** Subtitles of one language, as WebVTT. */
export interface Subtitles {
  readonly folder: string;
  /** The one file that holds all cues. */
  readonly path: string;
  readonly name: string;
  readonly language: string | null;
  readonly forced: boolean;
  /** Whether there were more than are taken. */
  readonly cut: boolean;
  readonly sizeBytes: number;
}

/** What a stream is put together from: all rungs share the sound and the subtitles. */
export interface StreamParts {
  readonly rungs: readonly Rung[];
  readonly sound: Sound | null;
  readonly subtitles: readonly Subtitles[];
}

/** Writes the master playlist (RFC 8216 section 4.3.4): the rungs in the order given. */
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

/** Containers write `eng`, players want `en` (RFC 5646); what is neither is null. */
export function languageTag(language: string | null): string | null {
  try {
    return language && (Intl.getCanonicalLocales(language)[0] ?? null);
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}
