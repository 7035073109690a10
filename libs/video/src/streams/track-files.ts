import { appendFile, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';
import { playlistIn, type Segment, type Track, writeMediaPlaylist } from '#playlists';
import { LandfallError } from '#runtime';
import pMap from 'p-map';
import { codecName } from './codec-names.js';
import { boxesIn, findBox } from './mp4-boxes.js';

/** The heads of a segment; its media are not read. A minute at 60 frames a second needs 60 kB. */
const headBytes = 131_072;
/** The largest hole that hls.js jumps over (`maxBufferHole`). */
const shortestEndS = 0.1;
/** A stream is hundreds of small files: a few at a time are read. */
const readsAtOnce = 16;

/**
 * Measures the track that ffmpeg wrote into a folder with a playlist.
 *
 * @throws `media.encoder_failed` when it is not a track; `media.scratch_full` when a file of it ends
 * early: ffmpeg ends in order although the disk had no space for all of a playlist or segment
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
 * Appends a last segment that lasts hardly any time to the one before it. Where the length of a video is a multiple of that of
 * its segments, the end of the sound is one packet more: hls.js takes a segment so short for a hole, and waits for ever.
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
  // ffmpeg reads the track by its playlist again, where an MP4 is put together of it.
  await writeFile(join(outDir, playlistIn(track.folder)), writeMediaPlaylist(joined, null));
  return joined;
}

/** Ticks of a second (the box `mdhd`). */
function timescaleOf(init: Buffer): number | null {
  const head = findBox(init, 'moov', 'trak', 'mdia', 'mdhd');
  if (!head || head.length < 24) return null;
  return head.readUInt32BE(head.readUInt8(0) === 1 ? 20 : 12) || null;
}

/** Length and frames are in the heads of a segment: `sidx` (section 8.16.3) and `trun` (8.8.8). */
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
    // Behind version, track and time scale come two times, 32 or 64 bits each, then the only reference.
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
