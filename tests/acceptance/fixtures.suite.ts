import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { inject } from 'vitest';

const run = promisify(execFile);

/**
 * A photo as phones store it: the sensor's landscape pixels, orientation 6 (turn right to view), camera, time and place.
 * Seen upright it is portrait, red on top and blue below.
 */
export async function turnedPhoto(width = 4000, height = 3000): Promise<Buffer> {
  const left = await sharp({ create: { width: width / 2, height, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } })
    .composite([{ input: left, left: 0, top: 0 }])
    .jpeg({ quality: 85 })
    .withExif({
      IFD0: { Make: 'Landfall', Model: 'Test 1' },
      IFD2: { DateTimeOriginal: '2026:01:15 08:30:00' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 0/1',
        GPSLongitudeRef: 'W',
        GPSLongitude: '0/1 7/1 0/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** A PNG with transparency. */
export function png(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 4, background: { r: 0, g: 128, b: 0, alpha: 0.5 } } })
    .png()
    .toBuffer();
}

/** A video with sound, unless it is to be silent. */
export async function video(
  folder: string,
  options: { seconds: number; size: string; container?: 'mp4' | 'mkv'; silent?: boolean },
): Promise<string> {
  const file = join(folder, `video-${options.size}.${options.container ?? 'mp4'}`);
  const source = [
    `testsrc2=size=${options.size}:rate=25:duration=${options.seconds}`,
    `sine=frequency=440:duration=${options.seconds}`,
  ];
  await run(inject('services').ffmpegPath, [
    ...source.flatMap((input) => ['-f', 'lavfi', '-i', input]),
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    ...(options.silent ? ['-an'] : ['-c:a', 'aac', '-shortest']),
    '-y',
    file,
  ]);
  return file;
}

/** Greys of a counted video: far enough apart to survive encoding. */
const levels = 12;

/** A video of 128 × 72 whose every frame tells its number, as two digits in grey; with a tone. */
export async function countedVideo(
  folder: string,
  { seconds, rate = '25' }: { seconds: number; rate?: string },
): Promise<string> {
  const file = join(folder, `counted-${seconds}.mp4`);
  const digits = `if(lt(X,W/2),mod(floor(N/${levels}),${levels}),mod(N,${levels}))`;
  const source = [
    `color=size=128x72:rate=${rate}:duration=${seconds},format=gray,geq=lum='16+18*${digits}',format=yuv420p`,
    `sine=frequency=440:duration=${seconds}`,
  ];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '10', '-g', '37', '-c:a', 'aac'];
  await run(inject('services').ffmpegPath, [
    ...source.flatMap((input) => ['-f', 'lavfi', '-i', input]),
    ...codecs,
    '-y',
    file,
  ]);
  return file;
}

/** The numbers of the frames of a counted video as they are shown, modulo 144. */
export async function readCounter(url: string): Promise<number[]> {
  const shrink = 'crop=iw:ih/2,scale=2:1:flags=area,format=gray';
  const { stdout } = await run(
    inject('services').ffmpegPath,
    [
      '-v',
      'error',
      '-i',
      url,
      '-map',
      '0:v:0',
      '-fps_mode',
      'passthrough',
      '-vf',
      shrink,
      '-f',
      'rawvideo',
      '-',
    ],
    { encoding: 'buffer' },
  );
  const digit = (place: number) => Math.round(((stdout[place] ?? 0) - 16) / 18);
  return Array.from(
    { length: stdout.length / 2 },
    (_, frame) => digit(2 * frame) * levels + digit(2 * frame + 1),
  );
}

/** What `readCounter` reads of a video that has all its frames. */
export const allNumbers = (count: number) => Array.from({ length: count }, (_, frame) => frame % levels ** 2);

export async function sound(folder: string): Promise<Buffer> {
  const file = join(folder, 'sound.wav');
  await run(inject('services').ffmpegPath, [
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440:duration=2',
    '-y',
    file,
  ]);
  return readFile(file);
}

/** Decodes all of a file or stream; returns frames, size and duration of its first video stream. */
export async function decode(
  url: string,
): Promise<{ frames: number; width: number; height: number; durationS: number }> {
  const { stdout } = await run(inject('services').ffprobePath, [
    '-v',
    'error',
    '-count_frames',
    '-select_streams',
    'v:0',
    '-of',
    'json',
    '-show_entries',
    'stream=nb_read_frames,width,height:format=duration',
    url,
  ]);
  const { streams, format } = JSON.parse(stdout) as {
    streams: { nb_read_frames: string; width: number; height: number }[];
    format: { duration: string };
  };
  const [stream] = streams;
  if (!stream) throw new Error(`${url} holds no video`);
  return {
    frames: Number(stream.nb_read_frames),
    width: stream.width,
    height: stream.height,
    durationS: Number(format.duration),
  };
}
