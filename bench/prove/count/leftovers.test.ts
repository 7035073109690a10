import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQueueBackend } from '#jobs';
import { newId } from '#runtime';
import { queueKinds, testDatabase, testQueue } from '#testing';
import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import { openScratchDisk } from '../parts/scratch.js';
import { countJobs, findForeignProcesses, findScratchFiles } from './leftovers.js';

test.each(queueKinds)('jobs are seen in a queue on %s', async (kind) => {
  await using database = await testDatabase();
  const { url, prefix } = testQueue(kind, database.url);
  const backend = openQueueBackend({ url, prefix, poolSize: 1 });
  const queue = new Queue('thumbnail', { connection: backend.producer, prefix });
  await queue.waitUntilReady();
  expect(await countJobs({ queueUrl: url }, prefix)).toBe(0);
  await queue.add('upload.process', {});
  await queue.add('upload.process', {}, { delay: 60_000, priority: 5 });
  expect(await countJobs({ queueUrl: url }, prefix)).toBe(2);
  await queue.close();
  await backend.close();
});

test('a process that one of the programs has started is seen, and the programs are not', async () => {
  const [name, id] = ['LANDFALL_PROVE', newId()];
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    env: { [name]: id },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const marker = `${name}=${id}`;
  const part = {
    name: 'worker',
    pid: child.pid ?? 0,
    endedByItself: 0,
    kill: () => {},
    stop: async () => {},
  };
  expect(await findForeignProcesses({ marker, parts: [] })).toEqual([child.pid]);
  expect(await findForeignProcesses({ marker, parts: [part] })).toEqual([]);
  child.stdin.end();
  await once(child, 'exit');
  expect(await findForeignProcesses({ marker, parts: [] })).toEqual([]);
});

test('files in the scratch folder are seen', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-leftovers-'));
  try {
    await using disk = await openScratchDisk(join(folder, 'scratch'));
    expect(await findScratchFiles({ scratch: [disk] })).toEqual([]);
    const file = join(disk.folder, 'job-1');
    await writeFile(file, 'x');
    expect(await findScratchFiles({ scratch: [disk] })).toEqual([file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
