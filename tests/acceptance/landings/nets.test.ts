import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { eventually, ossClient, type Stack, startStack, type UploadView } from '#testing';
import { expect, test } from 'vitest';
import { png, turnedPhoto } from '../fixtures/files.fixture.js';
import { callbackBody } from '../fixtures/uploads.fixture.js';

const files = 60;
const faults = { rules: [{ fault: 'callback.drop', every: 3 }] };

/** A second of a tone, in 8 bits. */
function wav(): Buffer {
  const rate = 8_000;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + rate, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  for (const [value, at] of [
    [1, 20],
    [1, 22],
    [1, 32],
    [8, 34],
  ] as const)
    head.writeUInt16LE(value, at);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.write('data', 36);
  head.writeUInt32LE(rate, 40);
  const samples = Array.from({ length: rate }, (_, at) => 128 + Math.round(100 * Math.sin(at / 5)));
  return Buffer.concat([head, Buffer.from(samples)]);
}

const contents = Promise.all([png(40, 30), turnedPhoto(80, 60), png(30, 40), wav()]);
const endings = ['png', 'jpg', 'png', 'wav'];

/** Uploads all files one after the other; returns the statuses that the uploader gets. */
async function uploadAll(upload: (name: string, content: Buffer) => Promise<number>): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < files; index += 1) {
    const content = (await contents)[index % endings.length] ?? Buffer.alloc(0);
    statuses.push(
      await upload(`${String(index).padStart(2, '0')}.${endings[index % endings.length]}`, content),
    );
  }
  return statuses;
}

/** Puts an object with a callback, as a server would; 203 is an error of the SDK. */
const putWithCallback = (stack: Stack) => async (name: string, content: Buffer) => {
  const callback = { url: stack.callbackUrl, body: callbackBody };
  return ossClient(stack)
    .put(name, content, { callback })
    .then(
      ({ res }) => res.status,
      ({ status }: { status: number }) => status,
    );
};

/** How many callbacks were lost, and how many files who told of are ready in the end. */
async function countReady(stack: Stack, statuses: readonly number[]): Promise<Record<string, number>> {
  const items = await eventually(async () => {
    const page = await stack.get<{ items: UploadView[] }>('/v1/uploads?status=ready&limit=200');
    return page.items.length >= files ? page.items : undefined;
  }, 120_000);
  const ready = Object.groupBy(items, ({ source }) => source);
  const counts = Object.entries(ready).map(([source, uploads]) => [source, uploads?.length ?? 0]);
  return { ...Object.fromEntries(counts), lost: statuses.filter((status) => status === 203).length };
}

test('with every third callback lost all files are ready by the follow-up of their tickets alone', async () => {
  await using stack = await startStack('postgres', {
    EMULATOR_FAULTS: JSON.stringify(faults),
    // Long enough for an upload on a busy machine, which is to be there at the first look.
    TICKET_FOLLOW_UP_S: '8',
    WORKER_SWEEP_INTERVAL_MS: '500',
  });
  const statuses = await uploadAll(async (fileName, content) => {
    const answer = await fetch(`${stack.api.url}/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.env['API_KEYS']}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fileName }),
    });
    const { form } = (await answer.json()) as { form: { url: string; fields: Record<string, string> } };
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append('file', new Blob([new Uint8Array(content)]), 'file');
    return (await fetch(form.url, { method: 'POST', body })).status;
  });
  expect(await countReady(stack, statuses)).toEqual({ lost: 20, callback: 40, ticket: 20 });
});

test('with every third callback lost all files are ready by events alone', async () => {
  await using stack = await startStack('postgres', {
    EMULATOR_FAULTS: JSON.stringify(faults),
    TICKET_FOLLOW_UP_S: '0',
    EVENTS_ACCEPT: 'smq',
  });
  const rules = [{ target: 'smq', url: `${stack.api.url}/events/oss`, events: ['ObjectCreated:*'] }];
  const answer = await fetch(`${stack.emulator.url}/-/events/rules`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rules),
  });
  expect(answer.status).toBe(200);
  const statuses = await uploadAll(putWithCallback(stack));
  const { lost, callback = 0, event = 0 } = await countReady(stack, statuses);
  // An event may be faster than the callback of the same upload.
  expect({ lost, ready: callback + event, isEnough: event >= 20 }).toEqual({
    lost: 20,
    ready: 60,
    isEnough: true,
  });
});

test('with every third callback lost all files are ready by one reconcile alone', async () => {
  await using stack = await startStack('postgres', {
    EMULATOR_FAULTS: JSON.stringify(faults),
    TICKET_FOLLOW_UP_S: '0',
  });
  const statuses = await uploadAll(putWithCallback(stack));
  const child = spawn(
    process.execPath,
    ['dist/programs/landfall.js', 'reconcile', '--until', '0s', '--json'],
    {
      env: { PATH: process.env['PATH'], LANDFALL_ENV: 'development', ...stack.env },
    },
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect({ code, ...(JSON.parse(output) as object) }).toMatchObject({
    code: 0,
    counts: { missing: files / 3 },
  });
  expect(await countReady(stack, statuses)).toEqual({ lost: 20, callback: 40, reconcile: 20 });
});
