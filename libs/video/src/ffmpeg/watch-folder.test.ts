import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderBytes, watchFolder } from './watch-folder.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'landfall-watch-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A folder with a folder with a file of this size. */
async function fill(name: string, sizeBytes: number): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, 'inner'), { recursive: true });
  await writeFile(join(folder, 'inner', 'file'), Buffer.alloc(sizeBytes));
  return folder;
}

/** Watches until the folder is full; gives its size. */
async function watchUntilFull(folder: string, maxBytes: number): Promise<number> {
  return new Promise((resolve) => watchFolder(folder, maxBytes, resolve));
}

test('files of inner folders count, and what is full is told with its size', async () => {
  const folder = await fill('full', 3_000);
  expect(await folderBytes(folder)).toBe(3_000);
  expect(await watchUntilFull(folder, 2_999)).toBe(3_000);
});

test('what fits is not told, also not later', async () => {
  const fitting = await fill('fitting', 3_000);
  const reported: number[] = [];
  const end = watchFolder(fitting, 3_000, (sizeBytes) => reported.push(sizeBytes));
  // Begun later: when these two are told, the other has been looked at once and twice.
  const full = await fill('beside', 1);
  await watchUntilFull(full, 0);
  await watchUntilFull(full, 0);
  end();
  expect(reported).toEqual([]);
});

test('a look that fails does not end the watch', async () => {
  const late = join(root, 'late');
  const reported = watchUntilFull(late, 10);
  // Begun later: when this one is told, the folder that is not there has been looked for.
  await watchUntilFull(await fill('early', 1), 0);
  await fill('late', 11);
  expect(await reported).toBe(11);
});

test('nothing is told after the end of the watch', async () => {
  const reported: number[] = [];
  const full = await fill('ended', 1);
  watchFolder(full, 0, (sizeBytes) => reported.push(sizeBytes))();
  await watchUntilFull(full, 0);
  expect(reported).toEqual([]);
});
