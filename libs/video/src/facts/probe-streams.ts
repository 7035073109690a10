import type { SubtitleFacts } from './media-facts.js';
import type { ProbedStream } from '../ffmpeg/run-ffprobe.js';

const titleLength = 100;
const languageLength = 35;

/** The language tag of a stream, bounded; null if there is none or it is `und`. */
export function languageOf({ tags: { language } }: ProbedStream): string | null {
  return language === undefined || language === 'und' ? null : language.slice(0, languageLength);
}

/** End of a stream in ms after `startSeconds`; null if unknown. Matroska stores it in a tag of each stream. */
export function endOf(stream: ProbedStream, startSeconds: number): number | null {
  const [, hours, minutes, seconds] =
    /^(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)$/.exec(stream.tags.DURATION ?? '') ?? [];
  const reported = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  if (stream.duration === null) return reported > 0 ? Math.round(reported * 1_000) : null;
  return Math.round((stream.start_time - startSeconds + stream.duration) * 1_000);
}

/** All subtitle streams, including bitmap ones. */
export function readSubtitles(streams: readonly ProbedStream[]): SubtitleFacts[] {
  return streams
    .filter((stream) => stream.codec_type === 'subtitle')
    .map((stream) => ({
      streamIndex: stream.index,
      codec: stream.codec_name ?? 'unknown',
      language: languageOf(stream),
      title: stream.tags.title?.slice(0, titleLength) ?? null,
      forced: stream.disposition.forced === 1,
    }));
}
