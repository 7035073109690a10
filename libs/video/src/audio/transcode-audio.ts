import { LandfallError } from '#runtime';
import { checkDuration, measureOutput } from '../encoding/check-output.js';
import { options } from '../ffmpeg/command-line.js';
import { noTags } from '../encoding/encoder-args.js';
import { measureEncoding } from '../encoding/encoder-metrics.js';
import { gainFor, measureLoudness, normalizeFilter, type Loudness } from '../encoding/measure-loudness.js';
import type { MediaFacts } from '../facts/media-facts.js';
import type { AudioSpec, MadeRendition } from '#media';
import type { VideoWork } from '../encoding/video-work.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { soundFilters } from '../encoding/sound-filters.js';

/**
 * These containers let a player skip the encoder's delay and padding: by an edit list (M4A), by the granule positions of the
 * pages (Ogg, RFC 7845), by the LAME header (MP3).
 */
const formats = {
  aac: {
    ending: '.m4a',
    mimeType: 'audio/mp4',
    encoder: 'aac',
    kbpsPerChannel: 512,
    // The unit of the edit list is a sample: milliseconds would leave a gap.
    options: { 'profile:a': 'aac_low', movflags: '+faststart', movie_timescale: 48_000, f: 'ipod' },
  },
  opus: {
    ending: '.ogg',
    mimeType: 'audio/ogg',
    encoder: 'libopus',
    kbpsPerChannel: 255,
    options: { f: 'ogg' },
  },
  mp3: {
    ending: '.mp3',
    mimeType: 'audio/mpeg',
    encoder: 'libmp3lame',
    kbpsPerChannel: 320,
    options: { write_id3v1: 0, id3v2_version: 0, f: 'mp3' },
  },
} as const;

/**
 * Encodes the best audio track of an audio file or a video at 48 kHz, in at most two channels, without cover art.
 * `details.loudness` is the loudness of the source.
 *
 * @param work `outDir` receives one file, named after the spec
 * @param measured the result of `measureLoudness` for the same number of channels, if already known
 * @throws `media.no_stream` if the source has no audio; otherwise what `transcodeVideo` throws
 */
export async function transcodeAudio(
  work: VideoWork,
  spec: AudioSpec,
  measured?: Loudness,
): Promise<MadeRendition> {
  const { facts, limits } = work;
  const { audio } = facts;
  if (!audio) throw new LandfallError('media.no_stream', 'the file has no audio');
  const channels = channelsOf(spec, facts);
  const loudness = measured ?? (await measureLoudness(work, channels));
  const format = formats[spec.codec];
  const path = `${spec.name}${format.ending}`;
  const encode = () =>
    runFfmpeg(work.tools, {
      task: 'audio',
      source: work.source,
      durationMs: facts.durationMs,
      maxPixels: limits.maxPixels,
      outputArgs: [
        ...options({
          map: `0:${audio.streamIndex}`,
          af: [...soundFilters(audio, channels), ...(spec.normalize ? normalizeFilter(loudness) : [])].join(
            ',',
          ),
          'c:a': format.encoder,
          'b:a': `${Math.min(spec.bitrateKbps, channels * format.kbpsPerChannel)}k`,
        }),
        ...noTags,
        ...options(format.options),
        path,
      ],
      outDir: work.outDir,
      timeoutMs: limits.timeoutMs,
      signal: work.signal,
      onProgress: work.onProgress,
    });
  const complaints = await measureEncoding('audio', facts.durationMs, encode);
  const { durationMs } = await measureOutput(work, path, [spec.codec]);
  // The sound of a video may be shorter than its picture.
  const warnings = facts.video ? [] : checkDuration(work, durationMs, complaints);
  return {
    files: [{ path, mimeType: format.mimeType }],
    main: path,
    width: null,
    height: null,
    durationMs,
    encoder: format.encoder,
    details: { channels, loudness, gainDb: spec.normalize ? gainFor(loudness) : 0 },
    warnings,
  };
}

/** The number of channels of a rendition of this source. */
export function channelsOf({ channels }: AudioSpec, { audio }: MediaFacts): number {
  return channels ?? Math.min(2, audio?.channels ?? 2);
}
