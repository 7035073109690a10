import { compareWith, configureSharp, renderImages } from '#image';
import type { ImageSpec } from '#media';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { spreadOf } from '../harness/spread.js';
import { makeMixedImages } from './photos.js';
import { fetchRealPhotos } from './real-photos.js';

const width = 960;
const limits = { maxPixels: 50_000_000, timeoutMs: 120_000 };
/** Fixed qualities to compare `auto` with; sizes at equal scores are interpolated between them. */
const fixedQualities = {
  webp: [66, 80, 88, 95],
  jpeg: [66, 80, 88, 95],
  avif: [48, 60, 70, 80],
} as const;
type Format = keyof typeof fixedQualities;

interface Rendered {
  readonly bytes: number;
  readonly score: number;
  readonly cpuMs: number;
  readonly quality: number;
}

/** All pictures in one format at one quality. */
interface Series {
  readonly bytes: number;
  readonly mean: number;
  /** The score that nine of ten pictures reach. */
  readonly low: number;
  readonly lowest: number;
  readonly cpuMs: number;
}

/** The savings of `quality: auto` compared to one quality for all pictures, and its cost. */
export async function measureImageQuality({ signal, say }: BenchmarkOptions): Promise<Report> {
  configureSharp();
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-quality-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say('fetching photos, making others …');
  const photos = await fetchRealPhotos(folder, signal);
  const synthetic = join(folder, 'synthetic');
  await mkdir(synthetic);
  const corpora = { photos, synthetic: await makeMixedImages(synthetic, 0.5) };

  const rows: string[][] = [];
  const facts: Record<string, unknown> = {};
  for (const [corpus, files] of Object.entries(corpora)) {
    for (const format of Object.keys(fixedQualities) as Format[]) {
      const auto: Rendered[] = [];
      const fixed = new Map<number, Rendered[]>(fixedQualities[format].map((quality) => [quality, []]));
      for (const file of files) {
        signal.throwIfAborted();
        const score = await scorer(file);
        const chosen = await render(file, format, 'auto', score);
        auto.push(chosen);
        for (const [quality, list] of fixed) list.push(await render(file, format, quality, score));
        say(`${corpus} ${format} ${basename(file)}: ${chosen.quality}, score ${chosen.score.toFixed(1)}`);
      }
      const ours = seriesOf(auto);
      const theirs = [...fixed.values()].map(seriesOf);
      const eighty = seriesOf(fixed.get(80) ?? []);
      facts[`${corpus}-${format}`] = { auto, fixed: Object.fromEntries(fixed) };
      rows.push(
        [`${corpus}, ${format}: auto`, ...cells(ours), (ours.bytes / eighty.bytes).toFixed(2)],
        ['  80 for all', ...cells(eighty), '1.00', saved(ours, theirs, 'mean'), saved(ours, theirs, 'low')],
      );
    }
  }
  return {
    name: 'images-quality',
    ratios: {},
    facts: { width, ...facts },
    tables: [
      [
        [
          '',
          'kB',
          'score: mean',
          'nine of ten',
          'lowest',
          'CPU ms',
          'bytes',
          'saved: same mean',
          'same nine of ten',
        ],
        ...rows,
      ],
    ],
    notes: [
      `${corpora.photos.length} photos and ${corpora.synthetic.length} synthetic pictures, at most ${width} wide; SSIMULACRA 2 of whole pictures`,
      'saved: bytes of auto against the one fixed quality that gives all pictures the same mean, or the same score for nine of ten',
      'CPU is that of a picture from its file to the bytes, decode included',
    ],
  };
}

async function scorer(file: string): Promise<(data: Buffer) => Promise<number>> {
  const pixels = async (data: Buffer) => {
    const decoded = sharp(data).flatten({ background: '#808080' }).toColourspace('srgb').raw();
    const { data: bare, info } = await decoded.toBuffer({ resolveWithObject: true });
    return { data: bare, width: info.width, height: info.height };
  };
  const lossless = await renderOne(file, { format: 'png', quality: 80, effort: 0 });
  const compare = compareWith(await pixels(lossless.data));
  return async (data) => compare(await pixels(data));
}

async function render(
  file: string,
  format: Format,
  quality: ImageSpec['quality'],
  score: (data: Buffer) => Promise<number>,
): Promise<Rendered> {
  const before = process.cpuUsage();
  const { data, chosen } = await renderOne(file, { format, quality, background: '#808080' });
  const used = process.cpuUsage(before);
  return {
    bytes: data.length,
    score: await score(data),
    cpuMs: (used.user + used.system) / 1_000,
    quality: chosen?.quality ?? Number(quality),
  };
}

async function renderOne(file: string, more: Pick<ImageSpec, 'format' | 'quality'> & Partial<ImageSpec>) {
  const made: Parameters<Parameters<typeof renderImages>[0]['onRendition']>[0][] = [];
  await renderImages({
    file,
    specs: [{ name: 'one', width, fit: 'inside', background: '#808080', ...more }],
    limits,
    signal: AbortSignal.timeout(limits.timeoutMs),
    onRendition: async (image) => {
      made.push(image);
    },
  });
  const [image] = made;
  if (!image) throw new Error(`nothing was made of ${file}`);
  return image;
}

function seriesOf(list: readonly Rendered[]): Series {
  const scores = list.map(({ score }) => score).toSorted((a, b) => a - b);
  const sum = (pick: (one: Rendered) => number) => list.reduce((total, one) => total + pick(one), 0);
  return {
    bytes: sum(({ bytes }) => bytes),
    mean: sum(({ score }) => score) / list.length,
    low: scores[Math.floor(scores.length / 10)] ?? Number.NaN,
    lowest: scores[0] ?? Number.NaN,
    cpuMs: spreadOf(list.map(({ cpuMs }) => cpuMs)).median,
  };
}

function cells({ bytes, mean, low, lowest, cpuMs }: Series): string[] {
  return [(bytes / 1_000).toFixed(0), mean.toFixed(1), low.toFixed(1), lowest.toFixed(1), cpuMs.toFixed(0)];
}

/**
 * The percentage of bytes saved compared to a fixed quality with the same score, interpolated between the two
 * nearest.
 */
function saved(ours: Series, fixed: readonly Series[], score: 'mean' | 'low'): string {
  const above = fixed.findIndex((series) => series[score] >= ours[score]);
  const [lower, upper] = [fixed[above - 1], fixed[above]];
  if (!lower || !upper) return 'none reaches it';
  const share = (ours[score] - lower[score]) / (upper[score] - lower[score]);
  const bytes = lower.bytes ** (1 - share) * upper.bytes ** share;
  return `${((1 - ours.bytes / bytes) * 100).toFixed(0)} %`;
}
