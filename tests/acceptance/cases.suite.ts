import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from '#testing';
import type { UploadView } from '#uploads';
import sharp from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import { putToEnd, startPipelines } from './uploads.suite.js';

const types: Record<string, string> = {
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ts: 'video/mp2t',
  wav: 'audio/wav',
  webm: 'video/webm',
};

/** A house with these pipelines and a folder, for the tests of one file; what is landed is landed there. */
export function useHouse(pipelines: string) {
  let folder: string;
  let stack: Stack;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-cases-'));
    stack = await startPipelines('postgres', pipelines);
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    pathOf: (name: string) => join(folder, name),
    /** What becomes of one of the files of `cases/`, or of bytes made by the test. */
    async land(name: string, bytes?: Buffer, headers: Record<string, string> = {}): Promise<UploadView> {
      const content = bytes ?? (await readFile(new URL(`cases/${name}`, import.meta.url)));
      const type = types[name.replace(/^.*[.]/, '')];
      return putToEnd(stack, name, content, {
        headers: { ...headers, ...(type && { 'Content-Type': type }) },
      });
    },
  };
}

export function renditionOf({ renditions }: UploadView, name: string) {
  const found = renditions.find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

/** The colour of a rendition at these shares of its width and height. */
export async function colourAt(upload: UploadView, name: string, x: number, y: number): Promise<number[]> {
  const answer = await fetch(renditionOf(upload, name).url ?? '');
  const image = sharp(Buffer.from(await answer.arrayBuffer()))
    .toColourspace('srgb')
    .removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

/** The largest difference of two colours in one of their channels. */
export const apart = (found: number[], wanted: number[]) =>
  Math.max(...wanted.map((value, at) => Math.abs(value - (found[at] ?? -1_000))));
