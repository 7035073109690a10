import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import type { MediaFacts } from '../facts/media-facts.js';
import type { MadeRendition, PosterSpec } from '#media';
import type { VideoWork } from '../encoding/video-work.js';
import { pictureFilters } from '../encoding/picture-filters.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { framePixels, fromStart, lastMoment, seekTo } from './seek.js';
import { chooseStillEncoder } from './still-encoders.js';
import { tryEach } from './try-each.js';

/** A place to look for the frame of a poster. */
interface Place {
  readonly inputOptions: string[];
  /** Filters that choose the frame, before and after the scaler. */
  readonly before: string;
  readonly behind?: string;
}

const path = 'poster';
const timeoutMs = 120_000;
/** Maximum length of the opening to search, in seconds and, for video of high bitrate, in bits. */
const openingSeconds = 10;
const openingBits = 256_000_000;
/** A frame is black if at least 85 % of it is darker than luma 40; black itself is 16. */
const notBlack =
  'blackframe=amount=0:threshold=40,metadata=mode=select:key=lavfi.blackframe.pblack:value=85:function=less';

/**
 * Writes the frame at the requested moment, or the last one of a shorter video. If none is requested, writes the first frame of
 * the opening that is not black, or the very first if all are. An ffmpeg without libwebp writes JPEG instead of WebP; the
 * `mimeType` of the file says which.
 *
 * @param work through a range proxy, only the index and the surroundings of the frame are read; `outDir` receives the file
 * `poster`
 * @throws what `transcodeVideo` throws
 */
export async function makePoster(
  { tools, source, facts, outDir, signal }: VideoWork,
  spec: PosterSpec,
): Promise<MadeRendition> {
  const { video } = facts;
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  const width = Math.min(spec.width, video.width);
  const height = Math.max(1, Math.round((video.height * width) / video.width));
  const encoder = await chooseStillEncoder(tools, spec, signal);

  await rm(join(outDir, path), { force: true });
  const found = await tryEach(placesOf(facts, spec), async ({ inputOptions, before, behind = 'null' }) => {
    const filters = await pictureFilters({ tools, video, signal }, before, { width, height }, 'iec61966-2-1');
    await runFfmpeg(tools, {
      task: 'poster',
      source,
      durationMs: null,
      maxPixels: framePixels(video),
      inputOptions,
      outputArgs: [
        ...options({
          map: `0:${video.streamIndex}`,
          vf: `${filters},${behind},${encoder.filters}`,
          ...encoder.options,
          'frames:v': 1,
          map_metadata: -1,
          f: 'image2',
          update: 1,
        }),
        path,
      ],
      outDir,
      timeoutMs,
      signal,
    });
    return isWritten(join(outDir, path));
  });
  if (!found) throw new LandfallError('media.damaged', 'no frame of the video can be decoded');
  return {
    files: [{ path, mimeType: encoder.mimeType }],
    main: path,
    width,
    height,
    durationMs: null,
    encoder: null,
    details: {},
  };
}

/** Where to look for the frame, best first. */
function placesOf(facts: MediaFacts, spec: PosterSpec): Place[] {
  const length = Math.min(openingSeconds, Math.max(1, openingBits / (facts.bitrateBps ?? 1)));
  // Sound may begin long before the picture.
  const begins = (facts.video?.startMs ?? 0) / 1_000;
  const opening = { inputOptions: [], before: `trim=end=${begins + length}` };
  const moment = momentOf(facts, spec);
  if (moment === null) return [{ ...opening, behind: notBlack }, opening];
  return [
    { inputOptions: seekTo(moment, true), before: 'null' },
    // The picture may end before the sound, or the file before its index says.
    { inputOptions: seekTo(moment, false), before: fromStart },
    opening,
  ];
}

/** The requested moment in seconds, within the video; null if none is requested or the duration is unknown. */
function momentOf(facts: MediaFacts, { at, share }: PosterSpec): number | null {
  const last = lastMoment(facts);
  if (at !== undefined) return Math.min(at, last ?? at);
  if (share === undefined || last === null || facts.durationMs === null) return null;
  return Math.min((share * facts.durationMs) / 1_000, last);
}

async function isWritten(path: string): Promise<boolean> {
  const found = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return null;
    throw thrown;
  });
  return found !== null && found.size > 0;
}
