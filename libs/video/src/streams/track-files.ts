import { appendFile, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { playlistIn, type Segment, type Track, writeMediaPlaylist } from '#playlists';
import { LandfallError } from '#runtime';
import pMap from 'p-map';
import { codecName } from './codec-names.js';
import { boxesIn, findBox } from './mp4-boxes.js';

/** Enough for the headers of a segment, without its media: a minute at 60 frames a second needs 60 kB. */
const headBytes = 131_072;
/** The largest gap that hls.js skips (`maxBufferHole`), in seconds. */
const shortestEndS = 0.1;
/** A stream has hundreds of small files; read a few at a time. */
const readsAtOnce = 16;

/**
 * Measures a track that ffmpeg wrote into a folder with a playlist.
 *
 * @throws `media.encoder_failed` if it is not a valid track; `media.scratch_full` if one of its files ends early: ffmpeg exits
 * successfully even if the disk had no space for all of a playlist or segment
 */
export async function readTrack(outDir: string, folder: string): Promise<Track> {
  const path = playlistIn(folder);
  const text = await readFile(join(outDir, path), 'utf8').catch((cause: unknown) => {
    throw new LandfallError('media.encoder_failed', `${path} was not written`, { cause });
  });
  if (!text.includes('#EXT-X-ENDLIST')) throw new LandfallError('media.scratch_full', `${path} ends early`);
  const initName = /#EXT-X-MAP:URI="([^"]+)"/.exec(text)?.[1];
  const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (initName === undefined || names.length === 0) {
    throw new LandfallError('media.encoder_failed', `${path} lists no segments`);
  }
  const initPath = join(dirname(path), initName);
  const init = await readFile(join(outDir, initPath));
  const codec = codecName(init);
  const timescale = timescaleOf(init);
  if (codec === null || timescale === null) {
    throw new LandfallError('media.encoder_failed', `${initPath} describes no known codec`);
  }
  const paths = names.map((name) => join(dirname(path), name));
  const segments = await pMap(paths, (one) => readSegment(outDir, one), { concurrency: readsAtOnce });
  return { folder, initPath, codec, timescale, segments };
}

/**
 * Merges a last segment of almost no duration into the one before it. If the duration of a video is a multiple of the segment
 * duration, its sound ends with one extra packet; hls.js takes so short a segment for a gap and waits for ever.
 */
export async function joinScrap(outDir: string, track: Track): Promise<Track> {
  const [before, scrap] = track.segments.slice(-2);
  if (!before || !scrap || scrap.ticks >= shortestEndS * track.timescale) return track;
  await appendFile(join(outDir, before.path), await readFile(join(outDir, scrap.path)));
  await rm(join(outDir, scrap.path));
  const whole = {
    path: before.path,
    ticks: before.ticks + scrap.ticks,
    frames: before.frames + scrap.frames,
    sizeBytes: before.sizeBytes + scrap.sizeBytes,
  };
  const joined = { ...track, segments: [...track.segments.slice(0, -2), whole] };
  // ffmpeg reads the track by its playlist again when it assembles an MP4 from it.
  await writeFile(join(outDir, playlistIn(track.folder)), writeMediaPlaylist(joined, null));
  return joined;
}

/** Ticks per second (box `mdhd`). */
function timescaleOf(init: Buffer): number | null {
  const head = findBox(init, 'moov', 'trak', 'mdia', 'mdhd');
  if (!head || head.length < 24) return null;
  return head.readUInt32BE(head.readUInt8(0) === 1 ? 20 : 12) || null;
}

/** Reads the duration and the number of frames from the headers of a segment: `sidx` (section 8.16.3) and `trun` (8.8.8). */
async function readSegment(outDir: string, path: string): Promise<Segment> {
  const file = await open(join(outDir, path));
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(size, headBytes)), 0, null, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const end = [...boxesIn(bytes)].at(-1)?.end ?? 0;
    if (end === 0 || end > size) throw new LandfallError('media.scratch_full', `${path} ends early`);
    const index = findBox(bytes, 'sidx');
    const run = findBox(bytes, 'moof', 'traf', 'trun');
    if (!index || !run || run.length < 8) {
      throw new LandfallError('media.encoder_failed', `${path} is not a segment`);
    }
    // After version, track and time scale come two times of 32 or 64 bits each, the number of references, and the only one.
    const references = index.readUInt8(0) === 0 ? 20 : 28;
    return {
      path,
      ticks: index.readUInt32BE(references + 8),
      frames: run.readUInt32BE(4),
      sizeBytes: size,
    };
  } finally {
    await file.close();
  }
}
