import { Landfall, LandfallProblem, type StreamedEvent } from '@landfall/client';
import { startStack, type Stack } from '#testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';

describe('the client and a real api', () => {
  let stack: Stack;
  let landfall: Landfall;
  beforeAll(async () => {
    stack = await startStack('postgres');
    landfall = new Landfall({ baseUrl: stack.api.url, apiKey: stack.env['API_KEYS'] ?? '' });
    return () => stack[Symbol.asyncDispose]();
  });

  /** Uploads a picture with a ticket, and gives the id of the upload. */
  async function upload(fileName: string, vars: Record<string, string>, content?: Buffer): Promise<string> {
    const { form } = await landfall.tickets.issue({ fileName, contentType: 'image/png', vars });
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append('file', new Blob([new Uint8Array(content ?? (await png(64, 48)))]));
    const answer = await fetch(form.url, { method: 'POST', body });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { id: string }).id;
  }

  test('uploads, waits until it is ready, finds it in lists, and deletes it', async () => {
    const ids = [];
    for (const number of [1, 2, 3]) ids.push(await upload(`${number}.png`, { album: 'lists' }));
    for (const id of ids)
      expect(await landfall.uploads.waitUntilReady(id)).toMatchObject({ id, status: 'ready' });
    const listed = [];
    for await (const { id } of landfall.uploads.list({ vars: { album: 'lists' }, limit: 1 })) listed.push(id);
    expect(listed).toEqual(ids.toReversed());
    const [first = ''] = ids;
    expect(await landfall.uploads.delete(first)).toMatchObject({ status: 'deleted' });
    const left = [];
    for await (const { id } of landfall.uploads.list({
      vars: { album: 'lists' },
      status: ['ready', 'failed'],
    }))
      left.push(id);
    expect(left).toEqual(ids.slice(1).toReversed());
    await expect(landfall.uploads.waitUntilReady(first)).rejects.toMatchObject({ name: 'UploadNotReady' });
  });

  test('says why an upload is not ready', async () => {
    const broken = (await png(64, 48)).subarray(0, 40);
    const id = await upload('broken.png', {}, broken);
    await expect(landfall.uploads.waitUntilReady(id)).rejects.toMatchObject({
      name: 'UploadNotReady',
      upload: { status: 'failed', error: { code: expect.stringMatching(/^media\./) } },
    });
  });

  test('reads the same events page by page and live, each once, also when the api restarts between', async () => {
    const { next: before } = await landfall.events.page({ after: 'latest' });
    const id = await upload('events.png', {});
    await landfall.uploads.waitUntilReady(id);
    const logged: string[] = [];
    for await (const event of landfall.events.list({ after: before, uploadId: id, limit: 2 }))
      logged.push(event.id);
    expect(logged.length).toBeGreaterThan(2);
    const streamed: (string | null)[] = [];
    for await (const event of landfall.events.stream({ after: before, uploadId: id })) {
      if (event.id !== null) streamed.push(event.id);
      if (streamed.length === logged.length) break;
    }
    expect(streamed).toEqual(logged);
  });

  test('a token follows the upload of its ticket, and sees nothing else', async () => {
    const ticket = await landfall.tickets.issue({ fileName: 'mine.png' });
    const { token, cursor } = await landfall.tokens.issue({ tickets: [ticket.id] });
    const page = new Landfall({ baseUrl: stack.api.url, token });
    const other = await upload('other.png', {});
    await expect(page.uploads.get(other)).rejects.toMatchObject({ status: 403, code: 'auth.token_scope' });
    const body = new FormData();
    for (const [name, value] of Object.entries(ticket.form.fields)) body.append(name, value);
    body.append('file', new Blob([new Uint8Array(await png(32, 32))]));
    await fetch(ticket.form.url, { method: 'POST', body });
    const events: StreamedEvent[] = [];
    for await (const event of page.events.stream({ after: cursor })) {
      events.push(event);
      if (event.type === 'upload.ready') break;
    }
    const [uploadId, ...more] = new Set(events.map((event) => event.uploadId));
    expect(more).toEqual([]);
    expect(await page.uploads.waitUntilReady(uploadId ?? '')).toMatchObject({ status: 'ready' });
  });

  test.each([
    ['a wrong key', { apiKey: 'not-a-key-of-ours' }, 'auth.key_invalid'],
    ['a forged token', { token: `lft_${'x'.repeat(40)}.${'y'.repeat(43)}` }, 'auth.token_invalid'],
  ])('%s is refused with its code', async (_, credential, code) => {
    const stranger = new Landfall({ baseUrl: stack.api.url, ...credential } as never);
    const id = '019bbd8e-7b00-7000-8000-000000000001';
    const problem = await stranger.uploads.get(id).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(LandfallProblem);
    expect(problem).toMatchObject({ status: 401, code });
    await expect(stranger.uploads.waitUntilReady(id)).rejects.toMatchObject({ code });
  });

  test.each([
    [
      'an upload that there is not',
      () => landfall.uploads.get('019bbd8e-7b00-7000-8000-000000000001'),
      'upload.not_found',
    ],
    ['an id that is none', () => landfall.uploads.get('../tickets'), 'request.invalid'],
    [
      'a ticket for a forbidden bucket',
      () => landfall.tickets.issue({ key: 'a', bucket: 'others' }),
      'ticket.bucket_forbidden',
    ],
    [
      'a cursor from the future',
      () => landfall.events.page({ after: '01ffffff-7b00-7000-8000-000000000001' }),
      'event.cursor_unknown',
    ],
    ['a token for everything', () => landfall.tokens.issue({}), 'request.invalid'],
  ])('%s is a problem with its code', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ name: 'LandfallProblem', code });
  });
});
