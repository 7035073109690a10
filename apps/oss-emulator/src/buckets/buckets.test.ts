import { expect, test } from 'vitest';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

test('a bucket that is made again keeps what it holds', async () => {
  const bucket = 'made-again';
  const make = () => sendSigned(emulator.url, { method: 'PUT', bucket });
  const put = () => sendSigned(emulator.url, { method: 'PUT', bucket, key: 'k', body: 'kept' });
  const statuses = (await Promise.all([make(), make()])).map(({ status }) => status);
  expect(statuses).toEqual([200, 200]);
  await Promise.all([put(), make()]);
  expect((await sendSigned(emulator.url, { bucket, key: 'k' })).text).toBe('kept');
});
