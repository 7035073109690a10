import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import OSS from 'ali-oss';
import { afterEach, beforeEach, expect, test } from 'vitest';

interface Facts {
  readonly endpoint: string;
  readonly region: string;
  readonly buckets: readonly string[];
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** The folder for temporary folders of the command. */
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function startCommand(...words: string[]) {
  const child = spawn(process.execPath, ['dist/programs/oss-emulator.js', ...words], {
    env: { TMPDIR: folder },
  });
  return { child, ended: once(child, 'close') };
}

/** What it prints once it listens. */
async function readyLine({ child }: ReturnType<typeof startCommand>): Promise<Facts> {
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as Facts;
  throw new Error('it ended before it listened');
}

test.each([
  { end: 'SIGTERM', words: [] },
  { end: 'SIGINT', words: [] },
  { end: 'the end of its input', words: ['--end-with-stdin'] },
])('oss-emulator is empty-handed after $end', async ({ end, words }) => {
  const command = startCommand('--bucket', 'photos', '--bucket', 'films', ...words);
  const { endpoint, buckets } = await readyLine(command);
  expect(buckets).toEqual(['photos', 'films']);
  expect((await fetch(`${endpoint}/photos/cat.jpg`)).status).toBe(403);
  expect(await readdir(folder)).toHaveLength(1);
  if (end.startsWith('SIG')) command.child.kill(end as NodeJS.Signals);
  else command.child.stdin.end();
  expect(await command.ended).toEqual([0, null]);
  expect(await readdir(folder)).toEqual([]);
});

test('oss-emulator keeps objects in the folder that it is given', async () => {
  const dataDir = join(folder, 'data');
  const first = startCommand('--data-dir', dataDir);
  await clientOf(await readyLine(first)).put('cat.jpg', Buffer.from('cat'));
  first.child.kill();
  await first.ended;
  const second = startCommand('--data-dir', dataDir);
  const { content } = await clientOf(await readyLine(second)).get('cat.jpg');
  second.child.kill();
  await second.ended;
  expect(String(content)).toBe('cat');
});

const clientOf = ({ buckets: [bucket = ''], region, ...facts }: Facts) =>
  new OSS({ ...facts, bucket, region: `oss-${region}`, authorizationV4: true });

test.each([
  [['--colour'], "Unknown option '--colour'"],
  [['--port', 'high'], 'EMULATOR_PORT: must be an integer'],
])('oss-emulator %j says what is wrong', async (words, problem) => {
  const command = startCommand(...words);
  const errors = text(command.child.stderr);
  expect(await command.ended).toEqual([1, null]);
  expect(await errors).toContain(problem);
  expect(await readdir(folder)).toEqual([]);
});
