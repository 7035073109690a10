import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentSecrets } from '#runtime';
import { type AppProcess, eventually } from '#testing';
import { signTicketNonce } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callbackPath, formType, useCallbackEndpoint } from './callback-endpoint.fixture.js';

interface RefusalLine {
  err: { code: string; message: string };
  requestId?: string;
  request: { target: string; body?: string; headers: Record<string, string> };
  signed: { digest: string | null; findings: string[]; keySource: string };
}

const nonce = signTicketNonce(
  {
    ticketId: '019bbd8e-7b00-7000-8000-000000000001',
    bucket: 'landfall',
    objectKey: 'a',
    expiresAt: new Date('2026-01-15T09:30:00Z'),
  },
  'a-secret-of-the-test-0123456789-0',
);
const form = 'bucket=landfall&object=a%2Fb%20c.jpg&size=10';
const signatures: string[] = [];
let sequence = 0;

describe('a refused callback', () => {
  // 2048 bits: what is asked for here must not hang on the size of OSS's own key.
  const entry = useCallbackEndpoint(2048);
  const startApi = () => entry.startApi({ API_PUBLIC_URL: 'https://media.example/edge' });
  let folder: string;
  let api: AppProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-refusals-'));
    api = await startApi();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  interface Sent {
    target?: string;
    signedTarget?: string;
    body?: string;
    signedBody?: string;
    headers?: Record<string, string>;
  }

  /** Sends a callback that was signed otherwise; gives its status and request id. */
  async function send(to: AppProcess, sent: Sent) {
    const { target = callbackPath, body = form } = sent;
    const requestId = `request-${(sequence += 1)}`;
    const signature = entry.sign(sent.signedTarget ?? target, sent.signedBody ?? body);
    signatures.push(signature);
    const sending = request(`${to.url}${target}`, {
      method: 'POST',
      headers: {
        'content-type': formType,
        authorization: signature,
        'x-oss-pub-key-url': entry.keyUrl(),
        'x-oss-request-id': requestId,
        ...sent.headers,
      },
    }).end(body);
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    await answer.toArray();
    return { status: answer.statusCode, requestId };
  }

  const linesOf = (of: AppProcess) =>
    of
      .output()
      .split('\n')
      .filter((line) => line.includes('"callback refused"'));
  async function lineOf(of: AppProcess, requestId: string): Promise<string> {
    return eventually(() =>
      linesOf(of).find((line) => line.includes(`"${requestId}"`) && line.endsWith('}')),
    );
  }

  /** Runs the built command on a log line. */
  async function explain(line: string): Promise<{ exitCode: number; text: string }> {
    const file = join(folder, `${(sequence += 1)}.log`);
    await writeFile(file, `${line}\n`);
    return new Promise((resolve) => {
      const args = ['dist/programs/landfall.js', 'callback', 'explain', file];
      execFile(
        process.execPath,
        args,
        { env: { PATH: process.env['PATH'], CALLBACK_KEY_HOSTS: entry.keyHost } },
        (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), text: stdout + stderr }),
      );
    });
  }

  const spaced = '{"bucket": "landfall", "object": "a", "size": 1}';
  const json = { 'content-type': 'application/json' };
  const causes: [string, Sent, number, RegExp][] = [
    [
      'the prefix of API_PUBLIC_URL was taken away',
      { signedTarget: '/edge/callbacks/oss' },
      403,
      /callback was sent to "\/edge\/callbacks\/oss"/,
    ],
    [
      'the body was written anew',
      { signedBody: spaced, body: JSON.stringify(JSON.parse(spaced)), headers: json },
      403,
      /JSON was parsed and serialized again/,
    ],
    ['a line end was appended', { signedBody: form, body: `${form}\n` }, 403, /line break was appended/],
    [
      'the query was sorted',
      { signedTarget: '/callbacks/oss?b=1&a=2', target: '/callbacks/oss?a=2&b=1' },
      403,
      /reordered/,
    ],
    [
      'the ticket had to be hidden',
      { signedBody: `${form}&x:ticket=${nonce}`, body: `${form}&x:ticket=${nonce}\r\n` },
      403,
      /log hides secret values of the body[^]*line break was appended/,
    ],
    [
      'it went to another path',
      { target: '/inner/callbacks/oss', signedTarget: '/callbacks/oss' },
      404,
      /request\.not_found[^]*added the path prefix \/inner/,
    ],
    ['a header was stripped', { headers: { authorization: '' } }, 403, /stripped it/],
    [
      'the key is from a foreign host',
      { headers: { 'x-oss-pub-key-url': Buffer.from('http://evil.example/k').toString('base64') } },
      403,
      /key_host_forbidden/,
    ],
    [
      'its content type is another',
      { headers: { 'content-type': 'text/plain' } },
      415,
      /body_type_unsupported/,
    ],
  ];
  test.each(causes)('is explained from its log line: %s', async (_, sent, status, cause) => {
    const answer = await send(api, sent);
    expect(answer.status).toBe(status);
    const line = await lineOf(api, answer.requestId);
    const explained = await explain(line);
    expect(explained.text).toMatch(cause);
    expect(explained.text).toMatch(/the api refused it: /);
    expect(linesOf(api).filter((other) => other.includes(`"${answer.requestId}"`))).toHaveLength(1);
  });

  test('is told to be signed well when only its content is wrong', async () => {
    const { status, requestId } = await send(api, { body: 'bucket=landfall&size=1' });
    expect(status).toBe(400);
    const explained = await explain(await lineOf(api, requestId));
    expect(explained).toMatchObject({ exitCode: 0, text: expect.stringMatching(/field_missing/) });
  });

  test('holds the digest that was signed, and no signature', async () => {
    const fresh = await startApi();
    const { requestId } = await send(fresh, { signedBody: `${form}&a=1` });
    const line = JSON.parse(await lineOf(fresh, requestId)) as RefusalLine;
    expect(line.signed.digest).toBe(createHash('md5').update(`/callbacks/oss\n${form}&a=1`).digest('hex'));
    expect(line.request).toMatchObject({ target: '/callbacks/oss', body: form });
    expect(line.signed.keySource).toBe(`http://${entry.keyHost}/key.pem`);
  });

  test('that went to another path shows no secret of its query, and a broken one none of its body', async () => {
    const fresh = await startApi();
    const lost = await send(fresh, { target: '/media/callbacks/oss?token=hunter2hunter2' });
    expect(lost.status).toBe(404);
    expect(await lineOf(fresh, lost.requestId)).toMatch(/token=\[masked\]/);
    const broken = await send(fresh, { body: '{"x:my_password": hunter2hunter2}', headers: json });
    expect(broken.status).toBe(400);
    await lineOf(fresh, broken.requestId);
    const { requestId } = await send(fresh, { body: 'bucket=landfall&my_password=hunter2%zz' });
    await lineOf(fresh, requestId);
    expect(fresh.output()).not.toContain('hunter2');
  });

  test('is counted instead of told when there are many, and junk does not crowd out the signed ones', async () => {
    const flooded = await startApi();
    const junk = { authorization: Buffer.alloc(256, 1).toString('base64') };
    await send(flooded, { signedBody: 'fetch=the-key' });
    for (let count = 0; count < 200; count += 1)
      await send(flooded, { body: 'x'.repeat(4_000), headers: junk });
    const { requestId } = await send(flooded, { signedBody: `${form}\n` });
    expect(await explain(await lineOf(flooded, requestId))).toMatchObject({
      text: expect.stringMatching(/line break after the body was removed/),
    });
    await flooded.end();
    expect(linesOf(flooded)).toHaveLength(7);
    expect(flooded.output().length).toBeLessThan(60_000);
    const counts = flooded
      .output()
      .split('\n')
      .filter((line) => line.includes('"further callbacks refused"'))
      .map((line) => JSON.parse(line) as { refused: Record<string, number> })
      .map(({ refused }) => refused['callback.signature_mismatch'] ?? 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(195);
  });

  interface Kept {
    items: {
      id: string;
      code: string;
      requestId: string;
      request: { body: string | null };
      explanation: { title: string; verdict: string; lines: string[] }[];
    }[];
    nextCursor: string | null;
  }
  /** What the api has kept, as text and read. */
  async function kept(of: AppProcess, query = '', key: string = developmentSecrets.apiKey) {
    const answer = await fetch(`${of.url}/v1/callbacks/refused${query}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const text = await answer.text();
    return { status: answer.status, text, page: JSON.parse(text) as Kept };
  }

  test('is kept with what explain says of its line, for whoever has a key', async () => {
    const { requestId } = await send(await startApi(), { signedBody: form, body: `${form}\n` });
    const found = await eventually(async () =>
      (await kept(api, '?limit=100')).page.items.find((one) => one.requestId === requestId),
    );
    expect(found).toMatchObject({
      code: 'callback.signature_mismatch',
      requestId,
      request: { method: 'POST', target: callbackPath, body: `${form}\n`, bodyBase64: null },
    });
    const steps = Object.fromEntries(found.explanation.map((step) => [step.title, step]));
    expect(steps['signature']).toMatchObject({ verdict: 'wrong' });
    expect(steps['signature']?.lines.join()).toMatch(/line break was appended/);
    expect(steps['answer']?.lines.join()).toMatch(/the api refused it: /);
    expect((await kept(api, '', 'another-key')).status).toBe(401);
    expect((await kept(api, '?cursor=x')).status).toBe(400);
  });

  test('is kept whatever bytes it has, and in pages', async () => {
    const fresh = await startApi();
    const bodies = ['bucket=a%00&x=\0', Buffer.from([0xff, 0x00, 0xfe]).toString('latin1'), '\u{1f4a5}'];
    for (const body of bodies) {
      const { requestId } = await send(fresh, { body, signedBody: 'other' });
      await eventually(
        async () => (await kept(fresh)).page.items.some((one) => one.requestId === requestId) || undefined,
      );
    }
    const { page: first } = await kept(fresh, '?limit=2');
    const { page: second } = await kept(fresh, `?limit=1&cursor=${first.nextCursor ?? ''}`);
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(new Set(ids).size).toBe(3);
  });

  test('leaves no signature, no nonce and no key in the log, nor in what is kept', async () => {
    expect(linesOf(api).length).toBeGreaterThan(9);
    const { text, page } = await kept(api, '?limit=100');
    expect(page.items.length).toBeGreaterThan(9);
    for (const shown of [api.output(), text]) {
      for (const signature of signatures) expect(shown).not.toContain(signature.slice(0, 16));
      expect(shown).not.toContain(nonce.slice(-43, -20));
      expect(shown).not.toContain('hunter2');
    }
    expect(api.output()).not.toMatch(/[A-Za-z0-9+/]{80,}/);
  });
});
