import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { photo } from '../images/photos.js';
import { runFfmpeg } from '../harness/run-ffmpeg.js';

export const clipRate = 30;

/**
 * A phone-like video: 1080p at 30 frames per second and 20 Mbit/s, with sound. A camera pans over a grainy photo,
 * which is about as hard to decode and encode.
 */
export async function makePhoneVideo(ffmpeg: string, file: string, seconds: number): Promise<void> {
  const still = join(dirname(file), 'still.png');
  await (await photo(2_560, 1_440)).png({ compressionLevel: 1 }).toFile(still);
  const camera =
    "crop=1920:1080:x='(iw-1920)*(0.5+0.5*sin(t))':y='(ih-1080)*(0.5+0.5*cos(0.7*t))',noise=alls=6:allf=t,format=yuv420p";
  await runFfmpeg(ffmpeg, [
    `-loop 1 -framerate ${clipRate} -t ${seconds} -i`,
    [still],
    `-f lavfi -i anoisesrc=amplitude=0.2:colour=pink:duration=${seconds}`,
    ['-vf', camera],
    '-c:v libx264 -preset ultrafast -b:v 20M -g 60 -c:a aac -b:a 128k -shortest',
    [file],
  ]);
}

/** Repeats a clip until the file has this size: about 400 s for 1 GB. */
export async function makeLongVideo(
  ffmpeg: string,
  clip: string,
  file: string,
  { sizeBytes, indexInFront }: { sizeBytes: number; indexInFront: boolean },
): Promise<void> {
  const { size } = await stat(clip);
  const again = Math.max(0, Math.ceil(sizeBytes / size) - 1);
  const index = indexInFront ? '-movflags +faststart' : '-movflags 0';
  await runFfmpeg(ffmpeg, [`-stream_loop ${again} -i`, [clip], '-c copy', index, [file]]);
}

/** Header size of a box larger than 4 GB (ISO/IEC 14496-12): size 1, type, 64-bit size. */
const boxHeadBytes = 16;

/** Pads an MP4 to this total size with a `free` box. The file is sparse, so nothing is written to disk. */
export async function padVideo(file: string, sizeBytes: number): Promise<void> {
  await using handle = await open(file, 'r+');
  const { size } = await handle.stat();
  const head = Buffer.alloc(boxHeadBytes);
  head.writeUInt32BE(1, 0);
  head.write('free', 4, 'latin1');
  head.writeBigUInt64BE(BigInt(sizeBytes - size), 8);
  await handle.write(head, 0, boxHeadBytes, size);
  await handle.truncate(sizeBytes);
}
