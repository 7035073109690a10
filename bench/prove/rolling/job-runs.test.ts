import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countJobRuns } from './job-runs.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-job-runs-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The log of a worker, after a line of another program. */
async function log(name: string, lines: readonly object[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `Warning: of Node\n${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}`);
  return file;
}
const of = (uploadId: string, msg: string, more: object = {}) => ({
  msg,
  job: 'upload.process',
  uploadId,
  ...more,
});
const nothing = 'nothing to do: the work is finished or no longer wanted';

test('a job that was handed back is done once, and one that is found done does nothing', async () => {
  const files = [
    await log('1', [of('a', 'job handed back'), of('b', 'job done'), { msg: 'worker is ready' }]),
    await log('2', [of('a', 'job done'), of('b', nothing), of('b', 'job done')]),
  ];
  expect(await countJobRuns(files)).toEqual({ done: 2, handedBack: 1, lost: 0, doneTwice: [] });
});

test('a job that two workers did is found, and one that was taken from a worker', async () => {
  const files = [
    await log('1', [of('a', 'job done'), of('c', 'job done', { position: 1 })]),
    await log('2', [
      of('a', 'job done'),
      of('c', 'job done', { position: 2 }),
      of('d', 'job lost to another worker'),
    ]),
  ];
  expect(await countJobRuns(files)).toEqual({
    done: 3,
    handedBack: 0,
    lost: 1,
    doneTwice: ['upload.process a, 2 times'],
  });
});
