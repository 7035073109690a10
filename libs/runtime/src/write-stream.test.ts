import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { writeStream } from './write-stream.js';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'write-stream-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
const bytes = () => Readable.from([Buffer.from('one '), Buffer.from('two')]);
async function* passOn(chunks: AsyncIterable<Buffer>) {
  yield* chunks;
}
async function* refuse(chunks: AsyncIterable<Buffer>) {
  for await (const chunk of chunks) {
    if (chunk.length > 0) throw new Error(`refused ${chunk.toString()}`);
    yield chunk;
  }
}

test('a stream becomes a file', async () => {
  const file = join(await makeFolder(), 'file');
  await writeStream(file, bytes(), passOn, { flush: true });
  expect(await readFile(file, 'utf8')).toBe('one two');
});

// A pipe without a reader is a file that takes long to open.
test('a stream that is refused fails only when nobody opens its file any more', async () => {
  const pipe = join(await makeFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const seen: string[] = [];
  const source = bytes();
  const over = new Promise<void>((resolve) => {
    source.once('close', resolve);
  });
  const writing = writeStream(pipe, source, refuse).catch((error: unknown) => {
    seen.push(String(error));
  });
  await over;
  for (let turn = 0; turn < 100; turn++) await setImmediate();
  seen.push('opened');
  const reader = await open(pipe, 'r');
  await writing;
  await reader.close();
  expect(seen).toEqual(['opened', expect.stringContaining('refused one ')]);
});

test('one that was given up fails', async () => {
  const file = join(await makeFolder(), 'file');
  const signal = AbortSignal.abort(new Error('given up'));
  await expect(writeStream(file, bytes(), passOn, { signal })).rejects.toThrow('aborted');
});

test('a file that cannot be opened fails', async () => {
  await expect(writeStream(join(await makeFolder(), 'no', 'file'), bytes(), passOn)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

test.runIf(process.platform === 'linux')('a full disk fails', async () => {
  await expect(writeStream('/dev/full', bytes(), passOn)).rejects.toMatchObject({ code: 'ENOSPC' });
});
