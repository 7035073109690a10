import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startStandInStore } from '#testing';
import { storeAll } from './store-all.js';

const never = new AbortController().signal;

/** A store that holds its answers until it is told to give them. */
async function startStore() {
  const asked: string[] = [];
  const held: ServerResponse[] = [];
  const holding = new EventEmitter();
  const standIn = await startStandInStore(
    (request, response) => {
      asked.push(new URL(request.url ?? '', 'http://store').pathname);
      request.resume().once('end', () => {
        held.push(response);
        holding.emit('held');
      });
    },
    { timeoutMs: 60_000 },
  );
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  const { store } = standIn;
  const holds = async (count: number) => {
    while (held.length < count) await once(holding, 'held');
  };
  const release = () => held.splice(0).forEach((response) => response.end());
  /** Refuses one; resolves when the client has given up the others. */
  const refuse = async () => {
    const [first, ...others] = held;
    const closed = others.map((response) => once(response, 'close'));
    first?.writeHead(404).end();
    await Promise.all(closed);
  };
  return { store, asked, holds, release, refuse };
}

async function makeFiles(...paths: string[]) {
  const outDir = await mkdtemp(join(tmpdir(), 'store-all-'));
  onTestFinished(() => rm(outDir, { recursive: true, force: true }));
  for (const path of paths) await writeFile(join(outDir, path), path);
  const files = paths.map((path) => ({ path, mimeType: 'text/plain' }));
  return [{ bucket: 'bucket', base: 'base', outDir }, files] as const;
}

test('files are stored four at a time, and their bytes counted', async () => {
  const { store, asked, holds, release } = await startStore();
  const storing = storeAll(store, ...(await makeFiles('1', '2', '3', '4', '5', '6')), never);
  await holds(4);
  expect(asked.toSorted()).toEqual(['1', '2', '3', '4'].map((name) => `/bucket/base/${name}`));
  release();
  await holds(2);
  release();
  expect(await storing).toBe(6);
  expect(asked).toHaveLength(6);
});

test('the first failure ends what is on its way, and no more is stored', async () => {
  const { store, asked, holds, refuse } = await startStore();
  const storing = storeAll(store, ...(await makeFiles('1', '2', '3', '4', '5', '6')), never);
  await holds(4);
  const ended = refuse();
  await expect(storing).rejects.toMatchObject({ code: 'object.missing' });
  await ended;
  expect(asked).toHaveLength(4);
});

test('a signal ends it', async () => {
  const { store, asked, holds } = await startStore();
  const giveUp = new AbortController();
  const storing = storeAll(store, ...(await makeFiles('1', '2', '3', '4', '5')), giveUp.signal);
  await holds(4);
  giveUp.abort(new Error('given up'));
  await expect(storing).rejects.toThrow('given up');
  expect(asked).toHaveLength(4);
});
