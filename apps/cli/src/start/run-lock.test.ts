import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '#local';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { takeRunLock } from './run-lock.js';

const addresses = { apiUrl: 'http://localhost:3000', ossEndpoint: 'http://localhost:9000' };
const killedRun = randomUUID();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that lives until it is ended; its command line is that of a local run when `place` is. */
async function live(place: string, env: NodeJS.ProcessEnv = {}, script = '') {
  const file = join(folder, place);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${script}; setInterval(() => {}, 1000); console.log('up')`);
  const child = spawn(process.execPath, [file, 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

function noteRun(pid: number | undefined, id: string) {
  const run = { pid, id, startedAt: '2026-11-21T04:00:00.000Z', ...addresses };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
}

test('holds the folder until it is released, and notes no secret', async () => {
  const settings = { ...addresses, env: { SECRET: 'hidden' } };
  const lock = await takeRunLock(folder, settings);
  const text = readFileSync(join(folder, 'run.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ pid: process.pid, ...addresses });
  expect(text).not.toContain('hidden');
  await lock.release();
  await expect(stat(join(folder, 'run.json'))).rejects.toThrow('ENOENT');
});

test('refuses while another run lives, and says which', async () => {
  const other = await live('dist/programs/landfall.js');
  noteRun(other.pid, 'other');
  await expect(takeRunLock(folder, addresses)).rejects.toMatchObject({
    code: 'local.already_running',
    message: expect.stringMatching(new RegExp(`${other.pid}[^]*localhost:3000`)),
  });
});

test('takes the place of a run that was killed, and ends what it left', async () => {
  const stranger = await live('somebody/else.js');
  const leftover = await live('dist/programs/worker.js', { LANDFALL_RUN: killedRun });
  // The number of the dead run now belongs to a stranger, who must not be harmed.
  noteRun(stranger.pid, killedRun);
  const ended = once(leftover, 'exit');
  const lock = await takeRunLock(folder, addresses);
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(await isRunning(stranger.pid ?? 0)).toBe(true);
  await lock.release();
});

test('leaves the folder to a run that took it while we ended what was left', async () => {
  const other = await live('dist/programs/landfall.js');
  noteRun(other.pid, 'other');
  const run = JSON.stringify(readFileSync(join(folder, 'run.json'), 'utf8'));
  const takes = `process.once('SIGTERM', () => { require('fs').writeFileSync('${join(folder, 'run.json')}', ${run}); process.exit(); });`;
  await live('dist/programs/worker.js', { LANDFALL_RUN: killedRun }, takes);
  noteRun(999_999_999, killedRun);
  await expect(takeRunLock(folder, addresses)).rejects.toMatchObject({ code: 'local.already_running' });
  expect(readFileSync(join(folder, 'run.json'), 'utf8')).toContain(`"pid":${other.pid},`);
});

test.each(['', 'not JSON', '{}', 'null'])(
  'is not kept from starting by a run.json that says %j',
  async (text) => {
    writeFileSync(join(folder, 'run.json'), text);
    const lock = await takeRunLock(folder, addresses);
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toContain(`"pid":${process.pid},`);
    await lock.release();
  },
);
