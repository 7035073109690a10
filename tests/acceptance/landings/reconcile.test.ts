import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { eventually, ossClient, type Stack, startStack, type UploadView } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { callbackBody } from '../fixtures/uploads.fixture.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack('postgres', { TICKET_FOLLOW_UP_S: '0' });
});
afterAll(() => stack[Symbol.asyncDispose]());

interface Report {
  complete: boolean;
  counts: Record<'missing' | 'recent' | 'gone' | 'unmade' | 'orphaned', number>;
}

/** `landfall reconcile --json …` */
async function reconcile(...words: string[]): Promise<Report> {
  const child = spawn(process.execPath, ['dist/programs/landfall.js', 'reconcile', '--json', ...words], {
    env: { PATH: process.env['PATH'], LANDFALL_ENV: 'development', ...stack.env },
  });
  const [output, problem, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ code, problem }).toEqual({ code: 0, problem: '' });
  return JSON.parse(output) as Report;
}
const uploadsBelow = async (prefix: string) =>
  (await stack.get<{ items: UploadView[] }>(`/v1/uploads?prefix=${prefix}&limit=200`)).items;

test('callbacks that arrive beside it are not doubled, and bring what it does not know', async () => {
  const picture = await png(20, 20);
  const keys = Array.from({ length: 40 }, (_, index) => `beside/${index}.png`);
  let isUploading = true;
  const uploading = (async () => {
    for (const key of keys) {
      const callback = { url: stack.callbackUrl, body: callbackBody, customValue: { user_id: key } };
      await ossClient(stack).put(key, picture, { callback });
    }
    isUploading = false;
  })();
  for (let isLast = false; !isLast;) {
    isLast = !isUploading;
    await reconcile('--prefix', 'beside/', '--until', '0s');
  }
  await uploading;
  const items = await eventually(async () => {
    const all = await uploadsBelow('beside/');
    return all.length === keys.length && all.every(({ status }) => status === 'ready') ? all : undefined;
  }, 60_000);
  expect(items.map(({ objectKey }) => objectKey).toSorted()).toEqual(keys.toSorted());
  expect((await reconcile('--prefix', 'beside/', '--until', '0s')).counts).toMatchObject({
    missing: 0,
    gone: 0,
  });
});

test('what was just stored is left to the next run, unless it is asked for', async () => {
  await ossClient(stack).put('recent/one.png', await png(10, 10));
  const later = ['--prefix', 'recent/', '--dry-run'];
  expect((await reconcile(...later, '--until', '1h')).counts).toMatchObject({ missing: 0, recent: 1 });
  expect((await reconcile(...later, '--until', '0s')).counts).toMatchObject({ missing: 1, recent: 0 });
});

test('an object that is deleted before OSS is asked for it is no upload, and is one when it is back', async () => {
  const client = ossClient(stack);
  await stack.worker.end();
  await client.put('brief/one.png', await png(12, 10));
  expect((await reconcile('--prefix', 'brief/', '--until', '0s')).counts.missing).toBe(1);
  await client.delete('brief/one.png');
  stack.worker = await stack.startWorker();
  expect((await reconcile('--prefix', 'brief/')).counts).toMatchObject({ missing: 0, gone: 0 });
  await client.put('brief/one.png', await png(12, 10));
  await eventually(async () => {
    await reconcile('--prefix', 'brief/', '--until', '0s');
    return (await uploadsBelow('brief/')).some(({ status }) => status === 'ready') ? true : undefined;
  }, 60_000);
});

test('a rendition that is gone is made again, and an orphan removed, on request', async () => {
  const client = ossClient(stack);
  await client.put('made/one.png', await png(400, 300), {
    callback: { url: stack.callbackUrl, body: callbackBody },
  });
  const upload = await eventually(async () => {
    const [one] = await uploadsBelow('made/');
    return one?.status === 'ready' ? one : undefined;
  }, 60_000);
  const lost = upload.renditions[0]?.objectKey ?? '';
  await client.delete(lost);
  const orphan = `renditions/${upload.id}/thumb-nobody.webp`;
  await client.put(orphan, Buffer.from('left over'));
  const words = ['--prefix', `renditions/${upload.id}/`];
  expect((await reconcile(...words)).counts).toMatchObject({ unmade: 1, orphaned: 1 });
  expect((await reconcile(...words, '--remake', '--remove-orphans')).counts).toMatchObject({ orphaned: 1 });
  await eventually(async () => {
    const { counts } = await reconcile(...words);
    return counts.unmade === 0 && counts.orphaned === 0 ? true : undefined;
  }, 60_000);
  const again = await stack.get<UploadView>(`/v1/uploads/${upload.id}`);
  const url = again.renditions[0]?.url ?? '';
  expect((await fetch(url)).status).toBe(200);
});

test('one worker at a time does it on its schedule', async () => {
  const every = { RECONCILE_INTERVAL_S: '1', WORKER_SWEEP_INTERVAL_MS: '1000' };
  const workers = [await stack.startWorker(every), await stack.startWorker(every)];
  const client = ossClient(stack);
  for (const name of ['one', 'two']) await client.put(`schedule/${name}.png`, await png(14, 10));
  const found = await eventually(async () => {
    const all = await uploadsBelow('schedule/');
    return all.length === 2 && all.every(({ status }) => status === 'ready') ? all : undefined;
  }, 90_000);
  expect(found.map(({ source }) => source)).toEqual(['reconcile', 'reconcile']);
  for (const worker of workers) {
    await worker.end();
    expect(worker.output()).not.toContain('"level":"warn"');
  }
});
