import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { encodeCallback, useReceiver } from './fixtures/callback-receiver.fixture.js';
import { addedDataFile } from './fixtures/data-files.fixture.js';
import { bucket, useEmulator } from './fixtures/emulator.fixture.js';
import { putPipeInPlace } from './fixtures/pipe-in-place.fixture.js';
import { sendSigned } from './fixtures/requests.fixture.js';

const emulator = useEmulator({ callbackTimeoutMs: 600_000 });
const receiver = useReceiver();

test('an emulator that closes lets a request store its object', async () => {
  const dataFile = await addedDataFile(emulator.dataDir, () =>
    sendSigned(emulator.url, { method: 'PUT', key: 'source', body: 'slow' }),
  );
  await putPipeInPlace(dataFile);
  const headers = { 'x-oss-copy-source': `/${bucket}/source` };
  const copying = sendSigned(emulator.url, { method: 'PUT', key: 'copy', headers });
  const pipe = await open(dataFile, 'w');
  const restarting = emulator.restart();
  await expect(copying).rejects.toMatchObject({ code: 'ECONNRESET' });
  await pipe.writeFile('slow');
  await pipe.close();
  await restarting;
  expect((await sendSigned(emulator.url, { key: 'copy' })).text).toBe('slow');
});

test('an emulator that closes waits for no callback', async () => {
  const called = new Promise<ServerResponse>((resolve) => {
    receiver.answer = resolve;
  });
  const headers = { 'x-oss-callback': encodeCallback({ callbackUrl: receiver.url, callbackBody: 'a=1' }) };
  const putting = sendSigned(emulator.url, { method: 'PUT', key: 'called', headers, body: 'kept' });
  const ended = once(await called, 'close');
  const restarting = emulator.restart();
  await expect(putting).rejects.toMatchObject({ code: 'ECONNRESET' });
  await Promise.all([restarting, ended]);
  expect((await sendSigned(emulator.url, { key: 'called' })).text).toBe('kept');
});
