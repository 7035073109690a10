import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { putPipeInPlace } from '../fixtures/pipe-in-place.fixture.js';
import { sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

test('a bucket that is made twice at once keeps what the first one got', async () => {
  const bucket = 'made-twice';
  const make = () => sendSigned(emulator.url, { method: 'PUT', bucket });
  const uploadFolder = join(emulator.dataDir, 'buckets', bucket, 'uploads', 'held');
  const sidecar = join(uploadFolder, 'upload.json');
  const release = async (pipe: FileHandle) => {
    await pipe.writeFile('{}');
    await pipe.close();
  };
  // What is read last of a bucket that was there before.
  await mkdir(uploadFolder, { recursive: true });
  await putPipeInPlace(sidecar);
  const first = make();
  const pipe = await open(sidecar, 'w');
  // Should the second one read the disk too, it waits at a pipe of its own.
  await putPipeInPlace(sidecar);
  const second = make();
  expect((await sendSigned(emulator.url, {})).status).toBe(200);
  await release(pipe);
  expect((await first).status).toBe(200);
  expect((await sendSigned(emulator.url, { method: 'PUT', bucket, key: 'k', body: 'kept' })).status).toBe(
    200,
  );
  await release(await open(sidecar, 'r+'));
  expect((await second).status).toBe(200);
  expect((await sendSigned(emulator.url, { bucket, key: 'k' })).text).toBe('kept');
});
