import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openImageFile, readImageFacts, type RenderedImage, renderImages } from '#image';
import { isLandfallError } from '#runtime';
import { makePoster, probeMedia, transcodeAudio } from '#video';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { mutate, randomOf } from './mutate.fixture.js';
import { mediaSamples, pictureSamples } from './samples.fixture.js';

/**
 * Files that are changed at random, seeded. A few of each format in the tests; for FUZZ_SECONDS with `npm run fuzz -- media`, from FUZZ_SEED
 * on. Whatever a file is, it ends as a picture, a sound or a code; what is cut off and shown all the same looks as the
 * whole, or is told apart by a warning. Changed bytes are looked for in PNG alone: of most formats nobody can know.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
/** Of each format, where no time is given. */
const few = 6;
const hangMs = 90_000;
const timeout = 300_000 + seconds * 1_000;
/** Mean difference of a channel, of 255: more than what another size or an encoder makes of the same picture. */
const bound = 8;

const never = new AbortController().signal;
const imageLimits = { maxPixels: 10_000_000, timeoutMs: 30_000 };
const renderWork = { limits: imageLimits, signal: never };
/** The original itself, where it is whole. */
const whole = {
  name: 'whole',
  width: 16_383,
  fit: 'inside',
  format: 'keep',
  quality: 80,
  effort: 0,
  keepOriginal: true,
} as const;
const videoLimits = { maxPixels: 10_000_000, timeoutMs: 30_000 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-fuzz-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Shown {
  readonly pixels: Buffer;
  readonly isWarned: boolean;
}

async function showPicture(bytes: Buffer, place: string): Promise<Shown> {
  const opened = await openImageFile(bytes, place, imageLimits, never);
  await readImageFacts(opened.file, imageLimits);
  let png: Buffer = Buffer.alloc(0);
  const warnings: string[] = [...opened.warnings];
  const spec = { name: 'one', width: 64, height: 64, fit: 'cover', format: 'png', quality: 80 } as const;
  const onRendition = async (image: RenderedImage) => {
    warnings.push(...image.warnings);
    if (image.name === 'one') png = image.data;
    else if (image.isKept) await keepAgain(image);
  };
  await renderImages({ ...renderWork, file: opened.file, specs: [spec, whole], onRendition });
  const shown = sharp(png).flatten({ background: '#ffffff' }).resize(64, 64, { fit: 'fill' });
  return {
    pixels: await shown.removeAlpha().toColourspace('srgb').raw().toBuffer(),
    isWarned: warnings.length > 0,
  };
}

/** What was stripped has nothing left to be stripped of, and is still what it was. */
async function keepAgain({ data }: RenderedImage): Promise<void> {
  const onRendition = async (again: RenderedImage) => {
    if (!again.isKept || !again.data.equals(data)) throw new Error('a kept original is not kept again');
  };
  await renderImages({ ...renderWork, file: data, specs: [whole], onRendition });
}

async function showMedia(bytes: Buffer, place: string): Promise<void> {
  const { ffmpegPath, ffprobePath } = inject('services');
  const tools = { ffmpegPath, ffprobePath };
  const file = join(place, 'original');
  await writeFile(file, bytes);
  const facts = await probeMedia(tools, file, videoLimits, never);
  const poster = { name: 'poster', width: 64, format: 'jpeg', quality: 80 } as const;
  const sound = { name: 'sound', codec: 'aac', bitrateKbps: 64 } as const;
  const work = { tools, source: file, facts, outDir: place, limits: videoLimits, signal: never };
  if (facts.video) await makePoster(work, poster);
  else await transcodeAudio(work, sound);
}

/** What it ends as: what was shown, or a code. */
async function end<Result>(show: (place: string) => Promise<Result>): Promise<Result | string> {
  const place = await mkdtemp(join(folder, 'one-'));
  const hung = Promise.withResolvers<string>();
  const timer = setTimeout(() => hung.resolve('it hangs'), hangMs);
  try {
    return await Promise.race([show(place), hung.promise]);
  } catch (thrown) {
    if (!isLandfallError(thrown)) return `${thrown}`;
    return thrown.code;
  } finally {
    clearTimeout(timer);
    await rm(place, { recursive: true, force: true });
  }
}

/** Seeds one after the other: as many as are wanted, or until the time is up. */
function* seeds(share: number): Generator<number> {
  const until = performance.now() + seconds * 1_000 * share;
  for (let count = 0; seconds > 0 ? performance.now() < until : count < few; count += 1) yield seed + count;
}

const distance = (one: Buffer, other: Buffer) =>
  one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length;

/** What a sample shows as it is; otherwise nothing could be told of what it becomes. */
async function show<Result>(name: string, how: (place: string) => Promise<Result>): Promise<Result> {
  const found = await end(how);
  if (typeof found === 'string') throw new Error(`the sample ${name} shows nothing: ${found}`);
  return found;
}

/** Tries the samples in turn, changed, for a share of the time; returns what was complained of. */
async function fuzz<Sample extends { name: string; bytes: Buffer }>(
  samples: readonly Sample[],
  share: number,
  complaintOf: (sample: Sample, changed: ReturnType<typeof mutate>) => Promise<string | null>,
): Promise<string[]> {
  const complaints: string[] = [];
  let tried = 0;
  for (const one of seeds(share)) {
    for (const [index, sample] of samples.entries()) {
      const changed = mutate(sample.bytes, randomOf(one * 1_000 + index));
      const complaint = await complaintOf(sample, changed);
      if (complaint) complaints.push(`seed ${one}, ${sample.name}, ${changed.kind}: ${complaint}`);
      tried += 1;
    }
  }
  console.log(`${tried} files of ${samples.length} kinds`);
  return complaints;
}

test(`pictures that were changed at random (seed ${seed})`, { timeout }, async () => {
  const samples: { name: string; bytes: Buffer; whole: Buffer }[] = [];
  for (const [name, bytes] of await pictureSamples()) {
    const { pixels } = await show(name, (place) => showPicture(bytes, place));
    samples.push({ name, bytes, whole: pixels });
  }
  const complaints = await fuzz(samples, 0.6, async ({ name, whole }, { kind, bytes }) => {
    const found = await end((place) => showPicture(bytes, place));
    if (typeof found === 'string') return found.startsWith('media.') ? null : found;
    const isChecked = kind === 'cut' || name === 'png';
    const apart = distance(found.pixels, whole);
    if (!isChecked || found.isWarned || apart <= bound) return null;
    return `differs by ${apart.toFixed(1)} without a warning`;
  });
  expect(complaints).toEqual([]);
});

test(`videos and sounds that were changed at random (seed ${seed})`, { timeout }, async () => {
  const samples: { name: string; bytes: Buffer }[] = [];
  for (const [name, bytes] of await mediaSamples(folder)) {
    await show(name, (place) => showMedia(bytes, place));
    samples.push({ name, bytes });
  }
  const complaints = await fuzz(samples, 0.4, async (_, { bytes }) => {
    const found = await end((place) => showMedia(bytes, place));
    return typeof found === 'string' && !found.startsWith('media.') ? found : null;
  });
  expect(complaints).toEqual([]);
});
