import { execFile } from 'node:child_process';
import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findFfmpeg } from './find-ffmpeg.js';
import { limits, never, processState, scratchFolder, tools } from '../fixtures/media.fixture.js';
import { probeMedia } from '../facts/probe-media.js';
import { readLines } from './read-lines.js';
import { runTool } from './run-tool.js';

/** For the end of a process, which a busy machine is slow to bring about and to tell. */
const inTime = { timeout: 10_000 };

/** Makes a program that stands in for an ffmpeg that misbehaves. */
async function standIn(script: string): Promise<string> {
  const file = join(await scratchFolder(), 'ffmpeg');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

function run(command: string, more: Partial<Parameters<typeof runTool>[0]> = {}) {
  return runTool({
    command,
    task: 'test',
    args: [],
    source: '/in.mp4',
    timeoutMs: 60_000,
    signal: never,
    otherwise: 'media.encoder_failed',
    onOutput: () => undefined,
    ...more,
  });
}

test('an encoder and its child that ignore SIGTERM are killed after an abort', async () => {
  const command = await standIn(`trap '' TERM; sleep 1000 & echo "$$ $!"; wait; sleep 1000`);
  const abort = new AbortController();
  const reason = new Error('stop');
  let ids: number[] = [];
  const onOutput = readLines((line) => {
    ids = line.split(' ').map(Number);
    abort.abort(reason);
  });
  await expect(run(command, { signal: abort.signal, onOutput })).rejects.toBe(reason);
  expect(ids).toHaveLength(2);
  for (const id of ids) await expect.poll(() => processState(id), inTime).toBeNull();
});

test('an encoder that hangs ends at its time limit', async () => {
  const command = await standIn('exec sleep 1000');
  await expect(run(command, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'media.timed_out' });
});

test('an abort before the start starts nothing', async () => {
  await expect(run('/nowhere', { signal: AbortSignal.abort('why') })).rejects.toBe('why');
});

test('a missing encoder is told as such', async () => {
  await expect(run('/nowhere/ffmpeg')).rejects.toMatchObject({ code: 'media.encoder_missing' });
  const missing = { ffmpegPath: 'ffmpeg', ffprobePath: '/nowhere/ffprobe' };
  expect(await findFfmpeg(missing)).toBeNull();
  expect(await findFfmpeg(tools)).toEqual({ version: expect.stringMatching(/^\S+$/) });
  await expect(probeMedia(missing, '/in.mp4', limits, never)).rejects.toMatchObject({
    code: 'media.encoder_missing',
  });
});

test('of an encoder that talks without end, the last lines are kept, without the signed URL', async () => {
  const url = 'https://bucket.example.com/in.mp4?Signature=sesame';
  const command = await standIn(
    `i=0; while [ $i -lt 500 ]; do echo "line $i of ${url}" >&2; i=$((i+1)); done; head -c 200000 /dev/zero | tr '\\0' x >&2; exit 1`,
  );
  const failure: unknown = await run(command, { source: url }).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({
    code: 'media.encoder_failed',
    detail: expect.stringContaining('ended with 1'),
  });
  expect(String(failure).length).toBeLessThan(1_000);
  expect(String(failure)).not.toContain('sesame');
});

test('it gets no secret of ours, no input and no core dumps', async () => {
  vi.stubEnv('OSS_ACCESS_KEY_SECRET', 'sesame');
  vi.stubEnv('http_proxy', 'http://127.0.0.1:9');
  onTestFinished(() => void vi.unstubAllEnvs());
  const command = await standIn(
    'env; cat; ulimit -c; ulimit -n; cat /proc/self/oom_score_adj 2>/dev/null || echo 1000',
  );
  let reported = '';
  await run(command, { onOutput: (text) => (reported += text) });
  expect(reported).not.toMatch(/sesame|proxy|OSS_/);
  expect(reported).toMatch(/^PATH=/m);
  expect(reported.trim().split('\n').slice(-3)).toEqual(['0', '256', '1000']);
});

/** The processes of a group that are more than a name to be collected. */
async function groupOf(id: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pgid=,stat=,args=']);
  return stdout
    .split('\n')
    .filter((line) => new RegExp(`^\\s*${id} [^Z]`).test(line))
    .join();
}

const megabyte = 1_048_576;

test.runIf(process.platform === 'linux')('one that eats memory is ended, and told as such', async () => {
  const bounds = { memoryMaxBytes: 768 * megabyte };
  const args = [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'color=size=7680x4320',
    '-c:v',
    'libx264',
    '-f',
    'null',
    '-',
  ];
  await expect(run('ffmpeg', { args, bounds })).rejects.toMatchObject({
    code: 'media.too_complex',
    context: { log: expect.stringContaining('malloc of size') },
  });
});

test('of memory that is not bounded nothing is said', async () => {
  let reported = '';
  const bounds = { memoryMaxBytes: Infinity };
  await run(await standIn('ulimit -v'), { bounds, onOutput: (text) => (reported += text) });
  expect(reported.trim()).toBe('unlimited');
});

test('one that writes a file without end is ended', async () => {
  const cwd = await scratchFolder();
  const command = await standIn('exec cat /dev/zero > endless');
  const bounds = { scratchMaxBytes: megabyte };
  await expect(run(command, { cwd, bounds })).rejects.toMatchObject({ code: 'media.output_too_large' });
  expect((await stat(join(cwd, 'endless'))).size).toBe(megabyte);
});

test('one that talks on stderr without end is ended with its time, in bounded memory', async () => {
  const command = await standIn('while :; do echo words; done >&2');
  await expect(run(command, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'media.timed_out' });
});

test.each(['KILL', 'TERM'])('one that somebody ends with SIG%s is to be run again', async (signal) => {
  const command = await standIn(`kill -${signal} $$`);
  const failure: unknown = await run(command).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: 'media.encoder_killed', retryable: true });
});

test('one that crashes is not', async () => {
  const command = await standIn('ulimit -c 0; kill -SEGV $$');
  await expect(run(command)).rejects.toMatchObject({ code: 'media.encoder_failed', retryable: false });
});

test('of one that forks, and of what it left behind when it ended, nothing lives on', async () => {
  const command = await standIn(
    `for i in 1 2 3; do (sleep 1000 & sleep 1000) & done; echo $$; exec sleep 1000`,
  );
  const abort = new AbortController();
  let group = 0;
  const onOutput = readLines((line) => {
    group = Number(line);
    abort.abort(new Error('stop'));
  });
  await expect(run(command, { signal: abort.signal, onOutput })).rejects.toThrow('stop');
  await expect.poll(() => groupOf(group), inTime).toBe('');
});

test('what a run leaves behind when it ends by itself is ended too', async () => {
  let group = 0;
  const onOutput = readLines((line) => (group = Number(line)));
  await run(await standIn('sleep 1000 & sleep 1000 >/dev/null 2>&1 & echo $$'), { onOutput });
  await expect.poll(() => groupOf(group), inTime).toBe('');
});

test.runIf(process.platform === 'linux')('what left the group does not hold the job up', async () => {
  let id = 0;
  const onOutput = readLines((line) => (id = Number(line)));
  const leave = `setsid sh -c 'echo $$; : > left; exec sleep 1000' &`;
  const command = await standIn(`${leave} while [ ! -e left ]; do :; done`);
  const cwd = await scratchFolder();
  // Longer than it takes to leave.
  await expect(run(command, { onOutput, cwd, timeoutMs: 10_000 })).rejects.toMatchObject({
    code: 'media.timed_out',
  });
  expect(id).toBeGreaterThan(0);
  process.kill(id, 'SIGKILL');
});

test('a full disk is told as such', async () => {
  const command = await standIn('echo "out.mp4: No space left on device" >&2; exit 228');
  await expect(run(command)).rejects.toMatchObject({ code: 'media.scratch_full' });
});

test('a process that is killed takes its encoders along', async () => {
  const entry = new URL('./process-group.ts', import.meta.url).href;
  const script = `
    import { spawn } from 'node:child_process';
    import { tieToThisProcess } from '${entry}';
    const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    tieToThisProcess(child);
    process.stdout.write(String(child.pid), () => process.kill(process.pid, 'SIGKILL'));`;
  const id = await new Promise<number>((resolve) =>
    execFile(process.execPath, ['--input-type=module', '-e', script], (_, stdout) => resolve(Number(stdout))),
  );
  expect(id).toBeGreaterThan(0);
  await expect.poll(() => processState(id), inTime).toBeNull();
});
