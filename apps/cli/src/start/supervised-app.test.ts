import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter, once } from 'node:events';
import { isRunning } from '#local';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SupervisedApp } from './supervised-app.js';

let folder: string;
let app: SupervisedApp | undefined;
const said = new EventEmitter();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-app-'));
});
afterEach(async () => {
  await app?.stop(0);
  said.removeAllListeners();
  await rm(folder, { recursive: true });
});

function supervise(script: string) {
  const modulePath = join(folder, 'main.mjs');
  writeFileSync(modulePath, script);
  const logFile = join(folder, 'app.log');
  app = new SupervisedApp({
    name: 'api',
    modulePath,
    env: { ...process.env, FOLDER: folder },
    nodeFlags: [],
    logFile,
    tell: (line) => said.emit(/ready again/.test(line) ? 'again' : 'line', line),
  });
  return { app, logFile };
}

const ready = "process.send({ type: 'ready' }); setInterval(() => {}, 1000);";

test('keeps what an app prints in its log, and tells of its errors', async () => {
  const { app, logFile } = supervise(
    `console.log('{"level":50,"msg":"trouble"}'); console.log('chat'); ${ready}`,
  );
  const line = once(said, 'line');
  await app.start();
  expect(await line).toEqual(['api: trouble']);
  await app.stop(5_000);
  expect(readFileSync(logFile, 'utf8')).toContain('chat');
});

test('starts an app again that dies, and says so', async () => {
  const { app, logFile } = supervise(
    `import { existsSync, writeFileSync } from 'node:fs';
     const file = process.env.FOLDER + '/again';
     if (!existsSync(file)) { writeFileSync(file, ''); setTimeout(() => process.exit(3), 100); }
     ${ready}`,
  );
  const line = once(said, 'line');
  const again = once(said, 'again');
  await app.start();
  expect(await line).toEqual([`api ended (exit code 3); restarting in 1 s; see ${logFile}`]);
  await again;
});

test('does not start an app that was never ready, and shows why', async () => {
  const { app } = supervise("console.error('no such table'); process.exit(1)");
  await expect(app.start()).rejects.toMatchObject({
    code: 'local.process_failed',
    message: expect.stringMatching(/exit code 1[^]*no such table/),
  });
  await app.stop(0);
});

test('kills an app that does not end', async () => {
  const { app, logFile } = supervise(`
    process.on('SIGTERM', () => console.log('no')); console.log(process.pid); ${ready}`);
  await app.start();
  await app.stop(200);
  expect(await isRunning(Number.parseInt(readFileSync(logFile, 'utf8'), 10))).toBe(false);
  await app.stop(200);
});
