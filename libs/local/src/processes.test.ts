import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { commandLineOf, endProcesses, findMarkedProcesses, isRunning } from '#local';

/** A process that says when it is there, and starts another one of its own. */
const parentScript = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
  child.once('spawn', () => console.log(child.pid));
  setInterval(() => {}, 1000);`;

test('what a marked process started is found and ended after the process itself was killed', async () => {
  const id = randomUUID();
  const child = spawn(process.execPath, ['-e', parentScript], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LANDFALL_TEST_RUN: id },
  });
  const [line] = await once(child.stdout, 'data');
  const grandchild = Number(String(line));
  const marker = `LANDFALL_TEST_RUN=${id}`;
  expect((await findMarkedProcesses(marker)).sort()).toEqual([child.pid, grandchild].sort());

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await findMarkedProcesses(marker)).toEqual([grandchild]);
  expect(await commandLineOf(grandchild)).toContain('setInterval');
  await endProcesses([grandchild], 5_000);
  expect(await commandLineOf(grandchild)).toBe('');
  expect(await findMarkedProcesses(marker)).toEqual([]);
});

test('a process that ignores SIGTERM is killed', async () => {
  const script = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)";
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  await endProcesses([child.pid ?? 0], 100);
  expect(await exited).toEqual([null, 'SIGKILL']);
});

test('no process has an id that was never given', async () => {
  expect(await isRunning(2 ** 22 + 1)).toBe(false);
  expect(await commandLineOf(2 ** 22 + 1)).toBe('');
  await endProcesses([2 ** 22 + 1], 1_000);
});
