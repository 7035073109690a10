import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { inject } from 'vitest';
import { pictures } from '../acceptance/pictures/formats.fixture.js';

const run = promisify(execFile);

/** One small picture of each format, by the name of the format. */
export async function pictureSamples(): Promise<ReadonlyMap<string, Buffer>> {
  const waves = Buffer.from(
    Array.from({ length: 160 * 120 * 3 }, (_, at) => 128 + 90 * Math.sin(at / 97) + 30 * Math.sin(at * at)),
  );
  const raw = () => sharp(waves, { raw: { width: 160, height: 120, channels: 3 } });
  const written: readonly [string, Sharp][] = [
    ['jpeg', raw().jpeg()],
    ['progressive jpeg', raw().jpeg({ progressive: true })],
    ['png', raw().png()],
    ['interlaced png', raw().png({ progressive: true })],
    ['webp', raw().webp()],
    ['lossless webp', raw().webp({ lossless: true })],
    ['gif', raw().gif()],
    ['avif', raw().avif({ effort: 0 })],
    ['tiff', raw().tiff({ compression: 'lzw' })],
    ['tiled tiff', raw().tiff({ compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 64 })],
  ];
  const samples = await Promise.all(
    written.map(async ([name, image]) => [name, await image.toBuffer()] as const),
  );
  return new Map([...samples, ...Object.entries(pictures)]);
}

/** One short video or sound of each container, by the ending of its file. */
export async function mediaSamples(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=25:duration=1'];
  const sound = ['-f', 'lavfi', '-i', 'sine=duration=1'];
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
  const outputs: readonly [string, string[]][] = [
    ['mp4', [...picture, ...sound, ...h264, '-movflags', 'faststart']],
    ['mov', [...picture, ...sound, '-c:v', 'mjpeg', '-c:a', 'pcm_s16le']],
    ['mkv', [...picture, ...sound, ...h264]],
    ['webm', [...picture, ...sound, '-c:v', 'libvpx', '-c:a', 'libopus']],
    ['ts', [...picture, ...sound, ...h264]],
    ['avi', [...picture, ...sound, '-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
    ['mp3', sound],
    ['flac', sound],
    ['ogg', [...sound, '-c:a', 'libvorbis']],
    ['wav', sound],
    ['m4a', sound],
  ];
  const samples: [string, Buffer][] = [];
  for (const [ending, options] of outputs) {
    const file = join(folder, `sample.${ending}`);
    await run(inject('services').ffmpegPath, ['-v', 'error', '-y', ...options, file]);
    samples.push([ending, await readFile(file)]);
  }
  return new Map(samples);
}
