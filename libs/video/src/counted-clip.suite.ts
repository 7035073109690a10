import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { options } from './command-line.js';
import { ffmpeg } from './clips.suite.js';
import { scratchFolder } from './fixtures.suite.js';

/** Greys that encoding leaves far enough apart. */
const levels = 12;
const grey = (digit: string) => `16+18*${digit}`;

/** A video whose every frame tells its number: two digits of base 12 as grey halves; with a tone that blinks each second. */
export async function makeCountedClip(
  rate: string,
  seconds: number,
  file: string,
  more: string[] = [],
): Promise<void> {
  const halves = `if(lt(X,W/2),${grey(`mod(floor(N/${levels}),${levels})`)},${grey(`mod(N,${levels})`)})`;
  const counter = `color=size=128x72:rate=${rate}:duration=${seconds},format=gray,geq=lum='${halves}',format=yuv420p`;
  const tone = `aevalsrc='sin(880*PI*t)*lt(mod(t,1),0.5)':sample_rate=48000:duration=${seconds}`;
  await ffmpeg(
    ...options({ f: 'lavfi', i: counter }),
    ...options({ f: 'lavfi', i: tone }),
    ...options({ 'c:v': 'libx264', preset: 'ultrafast', crf: 10, 'c:a': 'aac' }),
    ...more,
    file,
  );
}

/** The numbers of the frames of a video or stream, in the order in which they are shown; modulo 144. */
export async function readCounter(input: string): Promise<number[]> {
  const raw = join(await scratchFolder(), 'frames.raw');
  const shrink = 'crop=iw:ih/2,scale=2:1:flags=area,format=gray';
  await ffmpeg(
    '-i',
    input,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    '-vf',
    shrink,
    '-f',
    'rawvideo',
    raw,
  );
  const bytes = await readFile(raw);
  const digit = (place: number) => Math.round(((bytes[place] ?? 0) - 16) / 18);
  return Array.from(
    { length: bytes.length / 2 },
    (_, frame) => digit(2 * frame) * levels + digit(2 * frame + 1),
  );
}

/** What `readCounter` reads of a video that has all its frames. */
export function allNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, frame) => frame % levels ** 2);
}
