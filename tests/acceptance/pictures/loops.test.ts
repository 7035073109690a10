import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, inject, test } from 'vitest';
import { renditionOf, useHouse } from '../fixtures/cases.fixture.js';
import { png } from '../fixtures/files.fixture.js';

const run = promisify(execFile);
const pipelines = `
version: 1
pipelines:
  - name: pictures
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 100 }
      - { name: loop, kind: loop, width: 90, background: "#00ff00" }
      - { name: other, kind: loop, format: webm }
`;
const size = { width: 121, height: 80 };
const colours = [
  [220, 30, 30, 255],
  [30, 30, 220, 255],
  [0, 0, 0, 0],
];
const delays = [100, 300, 50];

const { land, pathOf } = useHouse(pipelines);

/** One colour after the other, the last one transparent. */
function frames() {
  const pixels = colours.flatMap((colour) =>
    Array.from({ length: size.width * size.height }, () => colour).flat(),
  );
  return sharp(Buffer.from(pixels), {
    raw: { width: size.width, height: size.height * colours.length, channels: 4, pageHeight: size.height },
  });
}

async function apng(): Promise<Buffer> {
  const paths = colours.map((_, index) => pathOf(`${index}.png`));
  for (const [index, path] of paths.entries()) {
    const [r = 0, g = 0, b = 0, alpha = 0] = colours[index] ?? [];
    const background = { r, g, b, alpha: alpha / 255 };
    await writeFile(
      path,
      await sharp({ create: { ...size, channels: 4, background } })
        .png()
        .toBuffer(),
    );
  }
  const list = paths.map((path, index) => `file ${path}\nduration ${(delays[index] ?? 0) / 1_000}`);
  await writeFile(pathOf('list.txt'), list.join('\n'));
  const file = pathOf('animation.png');
  const input = ['-f', 'concat', '-safe', '0', '-i', pathOf('list.txt')];
  const output = ['-v', 'error', '-y', '-vsync', 'vfr', '-plays', '0', '-f', 'apng', file];
  await run(inject('services').ffmpegPath, [...input, ...output]);
  return readFile(file);
}

/** The colour in the middle of a video at these times. */
async function coloursAt(url: string, ending: string, times: readonly number[]): Promise<number[][]> {
  const file = pathOf(`made.${ending}`);
  await writeFile(file, Buffer.from(await (await fetch(url)).arrayBuffer()));
  const shown: number[][] = [];
  for (const time of times) {
    const one = pathOf('frame.png');
    const pick = ['-ss', String(time), '-i', file, '-frames:v', '1', one];
    await run(inject('services').ffmpegPath, ['-v', 'error', '-y', ...pick]);
    const { data } = await sharp(one).raw().toBuffer({ resolveWithObject: true });
    shown.push([...data.subarray(data.length / 2, data.length / 2 + 3)]);
  }
  return shown;
}

const nearest = ([r = 0, g = 0, b = 0]: number[]) =>
  ['red', 'green', 'blue'][[r, g, b].indexOf(Math.max(r, g, b))];

describe.each(['gif', 'webp', 'png'])('an animation (%s)', (format) => {
  test('becomes a muted video in which each frame has its time', async () => {
    const bytes =
      format === 'png'
        ? await apng()
        : await frames()
            .toFormat(format as 'gif' | 'webp', { delay: delays, lossless: true })
            .toBuffer();
    const upload = await land(`animation.${format}`, bytes);
    expect(upload).toMatchObject({ status: 'ready', kind: 'image' });
    expect(renditionOf(upload, 'thumb')).toMatchObject({ width: 100, mimeType: 'image/webp' });
    const loop = renditionOf(upload, 'loop');
    expect(loop).toMatchObject({ mimeType: 'video/mp4', width: 90, height: 60, encoder: 'libx264' });
    expect(loop).toMatchObject({ details: { frames: 3 } });
    // What the writer of the APNG gave its last frame is its own affair.
    expect(Math.abs((loop.durationMs ?? 0) - 450)).toBeLessThanOrEqual(format === 'png' ? 260 : 20);
    const seen = await coloursAt(loop.url ?? '', 'mp4', [0.04, 0.14, 0.34, 0.39]);
    expect(seen.map(nearest)).toEqual(['red', 'blue', 'blue', 'green']);
    expect(renditionOf(upload, 'other')).toMatchObject({ mimeType: 'video/webm', width: 122, height: 80 });
  });
});

test('a picture that does not move is shown as it is', async () => {
  const upload = await land('still.png', await png(200, 100));
  expect(upload).toMatchObject({ status: 'ready' });
  expect(renditionOf(upload, 'loop')).toMatchObject({
    mimeType: 'image/webp',
    width: 90,
    height: 45,
    durationMs: null,
  });
});

test('frames that ask for no time get what browsers give them', async () => {
  const bytes = await frames()
    .gif({ delay: [0, 0, 0] })
    .toBuffer();
  const upload = await land('hasty.gif', bytes);
  expect(renditionOf(upload, 'loop').durationMs).toBe(300);
});
