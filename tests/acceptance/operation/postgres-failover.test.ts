import { eventually, ownStandby, startStack } from '#testing';
import { expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { openSwitch } from '../fixtures/switch.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

test('no upload is lost when the primary is killed and its standby is promoted', async () => {
  await using postgres = await ownStandby();
  await using before = await openSwitch(postgres.primaryUrl);
  const url = before.through(postgres.primaryUrl);
  await using stack = await startStack('postgres', {
    DATABASE_URL: url,
    QUEUE_URL: url,
    WORKER_SWEEP_INTERVAL_MS: '500',
  });
  const picture = await png(320, 240);
  const ids = new Map<string, string>();
  let refused = 0;
  const upload = async (key: string) => {
    try {
      ids.set(key, await putObject(stack, key, picture));
      return true;
    } catch {
      // OSS passes on that the callback failed; a client then uploads again.
      refused += 1;
      return undefined;
    }
  };
  const stopping = new AbortController();
  const uploading = (async () => {
    for (let n = 0; !stopping.signal.aborted; n += 1) await eventually(() => upload(`${n}.png`));
  })();
  await eventually(() => (ids.size >= 20 ? true : undefined));
  await postgres.failOver();
  before.turnTo(postgres.standbyUrl);
  const atFailOver = ids.size;
  await eventually(() => (ids.size >= atFailOver + 10 ? true : undefined));
  stopping.abort();
  await uploading;
  expect(refused).toBeGreaterThan(0);
  for (const id of ids.values()) expect((await stack.waitFor(id, 'ready', 'failed')).status).toBe('ready');
  // Events are placed by the promoted one, too: each upload has its last one in the log.
  const ready = async () => {
    const { items } = await stack.get<{ items: unknown[] }>('/v1/events?type=upload.ready&limit=200');
    return items.length;
  };
  await eventually(async () => ((await ready()) >= Math.min(ids.size, 200) ? true : undefined));
});
