import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, inject } from 'vitest';
import type { ShownFrame, Watched } from './player.suite.js';

const run = promisify(execFile);

export const clipSeconds = 8;
export const clipRate = 25;
/** Steps of brightness that survive encoding. */
const darkest = 20;
const step = 25;

interface ClipOptions {
  silent?: boolean;
  /** Shown turned clockwise by a quarter, as phones store it. */
  turned?: boolean;
}

/** A video of 640 × 360 that shows its own time: each second the left half is brighter than before; the right is white. */
export async function countingClip(
  file: string,
  { silent = false, turned = false }: ClipOptions = {},
): Promise<Buffer> {
  const length = `rate=${clipRate}:duration=${clipSeconds}`;
  // Worked out small and enlarged: the filter is slow.
  const counter = `color=gray:size=32x18:${length},format=yuv420p,geq=lum='if(lt(X,16),${darkest}+${step}*floor(T),235)':cb=128:cr=128`;
  const video = ['-f', 'lavfi', '-i', `${counter},scale=640:360:flags=neighbor`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${clipSeconds}`, '-c:a', 'aac'];
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-y', file];
  const { ffmpegPath } = inject('services');
  await run(ffmpegPath, ['-v', 'error', ...video, ...(silent ? [] : sound), ...encoder]);
  if (turned) await turn(file);
  return readFile(file);
}

/** By the matrix in the header of the first track (ISO/IEC 14496-12, tkhd). */
async function turn(file: string): Promise<void> {
  const bytes = await readFile(file);
  const matrix = bytes.indexOf('tkhd') + 44;
  for (const [place, value] of [0, 1, 0, -1, 0].entries())
    bytes.writeInt32BE(value * 65_536, matrix + 4 * place);
  await writeFile(file, bytes);
}

/** Which second of the clip a picture is of. */
export function secondOf({ picture: [gray] }: ShownFrame): number {
  const luma = 16 + (gray * 219) / 255;
  return Math.round((luma - darkest) / step);
}

/** Every second was seen, each frame at its own time, until the end and without an error. */
export function expectWhole({ frames, fatal, atS, durationS }: Watched): void {
  expect(fatal).toEqual([]);
  expect(Math.abs(durationS - clipSeconds)).toBeLessThan(0.1);
  expect(durationS - atS).toBeLessThan(0.1);
  const seconds = Array.from({ length: clipSeconds }, (_, second) => second);
  expect([...new Set(frames.map(secondOf))].sort()).toEqual(seconds);
  // A stalled browser may draw the frame after the one it tells of.
  const isOf = (frame: ShownFrame) => (lateS: number) =>
    secondOf(frame) === Math.floor(frame.atS + lateS + 0.001);
  expect(frames.filter((frame) => ![0, 1 / clipRate].some(isOf(frame)))).toEqual([]);
}

/** The sizes of the frames that were shown, in the order in which they came. */
export function sizesOf({ frames }: Watched): string[] {
  return [...new Set(frames.map(({ width, height }) => `${width}x${height}`))];
}
