import { randomBytes } from 'node:crypto';
import pMap from 'p-map';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readMemory } from '../harness/machine.js';
import type { Report } from '../harness/report.js';
import { ratioOf, showSpread, type Spread, spreadOf } from '../harness/spread.js';
import { openBare, openEmulator, type UploadTarget } from './upload-target.js';

const chunk = randomBytes(1024 ** 2);
const objectMb = 1_024;
const partMb = 16;
const partsAtOnce = 3;
const smallBytes = 1_024;
const smallAtOnce = 32;

const ours = ['emulator', 'unflushed'];

const bodyOf = (megabytes: number) => Array.from({ length: megabytes }, () => chunk);

/** Uploads 1 GB in one request. Returns MB/s. */
async function putWhole(target: UploadTarget): Promise<number> {
  const startedAt = performance.now();
  await target.send({ method: 'PUT', objectKey: 'whole', body: bodyOf(objectMb) });
  const mbPerS = objectMb / ((performance.now() - startedAt) / 1_000);
  await target.clear(['whole']);
  return mbPerS;
}

/**
 * Uploads 1 GB in parts, several concurrently. The bare server stores the parts as files without joining them.
 * Returns MB/s.
 */
async function putParts(target: UploadTarget): Promise<number> {
  const isEmulator = target.name === 'emulator';
  const startedAt = performance.now();
  const started = isEmulator
    ? await target.send({ method: 'POST', objectKey: 'parts', query: { uploads: '' }, body: [] })
    : { text: '' };
  const uploadId = /<UploadId>(\w+)</.exec(started.text)?.[1] ?? '';
  const numbers = Array.from({ length: objectMb / partMb }, (_, index) => index + 1);
  const etags = await pMap(
    numbers,
    async (number) => {
      const query = { partNumber: String(number), uploadId };
      const part = { method: 'PUT', objectKey: 'parts', query, body: bodyOf(partMb) } as const;
      return (await target.send(part)).etag;
    },
    { concurrency: partsAtOnce },
  );
  if (isEmulator) {
    const list = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const xml = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
    await target.send({ method: 'POST', objectKey: 'parts', query: { uploadId }, body: [Buffer.from(xml)] });
  }
  const mbPerS = objectMb / ((performance.now() - startedAt) / 1_000);
  await target.clear(['parts']);
  return mbPerS;
}

/** Uploads 1 KB objects with new keys over keep-alive connections for a time. Returns uploads per second. */
async function putSmall(target: UploadTarget, seconds: number): Promise<number> {
  const body = [chunk.subarray(0, smallBytes)];
  const startedAt = performance.now();
  const keys: string[] = [];
  const keepPutting = async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const objectKey = `small/${keys.length}`;
      keys.push(objectKey);
      await target.send({ method: 'PUT', objectKey, body });
    }
  };
  await Promise.all(Array.from({ length: smallAtOnce }, keepPutting));
  const perS = keys.length / ((performance.now() - startedAt) / 1_000);
  await target.clear(keys);
  return perS;
}

/**
 * Compares the emulator to a bare server: 1 GB whole and in parts, small objects with and without fsync, and the
 * emulator's memory.
 */
export async function measureEmulator({ rounds, seconds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const emulator = await openEmulator(stack);
  const unflushed = await openEmulator(stack, { EMULATOR_FSYNC: 'false' });
  const bare = await openBare(stack);
  const works = {
    'whole, MB/s': putWhole,
    'parts, MB/s': putParts,
    'small, puts/s': (target: UploadTarget) => putSmall(target, seconds),
  };
  const contestants = { emulator, unflushed, bare };
  const measured: Record<string, number[]> = {};
  for (let round = 1; round <= rounds; round += 1) {
    for (const [work, run] of Object.entries(works)) {
      // Every second round runs in reverse order, so that no contestant always benefits from running first.
      const order = Object.entries(contestants);
      for (const [name, target] of round % 2 === 1 ? order : order.toReversed()) {
        signal.throwIfAborted();
        const figure = await run(target);
        (measured[`${name} ${work}`] ??= []).push(figure);
        say(`round ${round} of ${rounds}: ${name}, ${work}: ${Math.round(figure)}`);
      }
    }
  }
  const figures = (name: string, work: string) => measured[`${name} ${work}`] ?? [];
  const memory = await readMemory(emulator.program.pid);
  const ratios: Record<string, Spread> = {};
  for (const work of Object.keys(works)) {
    for (const name of ours) ratios[`${name} ${work}`] = ratioOf(figures(name, work), figures('bare', work));
  }
  const absolute = (work: string) =>
    ours.concat('bare').map((name) => showSpread(spreadOf(figures(name, work)), 0));
  const relative = (work: string) =>
    ours.map((name) => {
      const ratio = ratios[`${name} ${work}`];
      return ratio ? showSpread(ratio, 2) : '';
    });
  return {
    name: 'emulator-uploads',
    ratios,
    facts: { measured, memory, objectMb, partMb, partsAtOnce, smallBytes, smallAtOnce },
    tables: [
      [
        ['', 'emulator', 'without fsync', 'bare server'],
        ...Object.keys(works).map((work) => [work].concat(absolute(work))),
      ],
      [
        ['against the bare server', 'emulator', 'without fsync'],
        ...Object.keys(works).map((work) => [work].concat(relative(work))),
      ],
    ],
    notes: [
      `whole: ${objectMb} MB in one PutObject; parts: of ${partMb} MB, ${partsAtOnce} at once, completed; small: of ${smallBytes} bytes, ${smallAtOnce} at once`,
      `the emulator's memory: ${memory?.residentMb} MB resident, ${memory?.peakMb} MB at its peak`,
    ],
  };
}
