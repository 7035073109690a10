import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openScratch, type Scratch } from './scratch.js';

let parent: string;
let scratch: Scratch;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'landfall-scratch-test-'));
  scratch = await openScratch(parent);
});
afterEach(async () => {
  await scratch.close();
  await rm(parent, { recursive: true });
});

test.each(['ENOSPC', 'EDQUOT'])(
  'work that finds no space (%s) fails with what passes by itself',
  async (code) => {
    const work = scratch.withFolder(async (folder) => {
      await writeFile(join(folder, 'begun'), 'x');
      throw Object.assign(new Error(`${code}: write`), { code });
    });
    await expect(work).rejects.toMatchObject({ code: 'media.scratch_full', retryable: true });
    const [own = ''] = await readdir(parent);
    expect(await readdir(join(parent, own))).toEqual([]);
  },
);

test('what else goes wrong stays what it is', async () => {
  const error = Object.assign(new Error('EACCES: write'), { code: 'EACCES' });
  await expect(scratch.withFolder(() => Promise.reject(error))).rejects.toBe(error);
});
