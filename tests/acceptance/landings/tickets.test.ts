import { eventually, ossClient, type Stack, startApp, startStack, testBucket } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';

interface IssuedTicket {
  id: string;
  bucket: string;
  objectKey: string;
  expiresAt: string;
  form: { url: string; method: string; fields: Record<string, string> };
  put: { url: string; method: string; headers: Record<string, string> };
}
interface TicketState {
  status: string;
  uploadId: string | null;
}
type Fields = [name: string, value: string][];

describe('tickets', () => {
  let stack: Stack;
  let picture: Blob;
  beforeAll(async () => {
    stack = await startStack('postgres', {
      TICKET_PREFIXES: 'uploads/,avatars/',
      TICKET_MAX_BYTES: '100000',
    });
    picture = new Blob([new Uint8Array(await png(40, 30))], { type: 'image/png' });
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  const ask = (body: unknown, headers: Record<string, string> = {}, url = stack.api.url) =>
    fetch(`${url}/v1/tickets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stack.env['API_KEYS']}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const issue = async (body: object): Promise<IssuedTicket> => {
    const answer = await ask(body);
    expect(answer.status).toBe(201);
    return (await answer.json()) as IssuedTicket;
  };
  const stateOf = (id: string) => stack.get<TicketState>(`/v1/tickets/${id}`);
  const post = (url: string, fields: Fields, file: Blob = picture) => {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    form.append('file', file, 'file');
    return fetch(url, { method: 'POST', body: form });
  };
  /** Neither OSS nor we took it, and the ticket is as it was. */
  const expectRefused = async (answer: Response, ticket: IssuedTicket, what: string) => {
    const stored = await ossClient(stack)
      .head(ticket.objectKey)
      .then(
        () => true,
        (error: { status: number }) => error.status !== 404,
      );
    const { status, uploadId } = await stateOf(ticket.id);
    const refused = [400, 403].includes(answer.status);
    expect({ what, refused, stored, status, uploadId }).toEqual({
      what,
      refused: true,
      stored: false,
      status: 'issued',
      uploadId: null,
    });
  };

  test.each(['v4', 'v1'])('a form post with a ticket succeeds (%s)', async (signature) => {
    const vars = { user_id: '42', note: 'größe: 5 $ & <b>\\$ ${x}' };
    const ticket = await issue({
      fileName: '目录 a+b.png',
      contentType: 'image/png',
      vars,
      pipeline: 'photos',
      signature,
    });
    expect(ticket).toMatchObject({ bucket: testBucket, form: { method: 'POST' }, put: { method: 'PUT' } });
    expect(ticket.objectKey).toMatch(/^uploads\/\d{4}\/\d\d\/\d\d\/[0-9a-f-]{36}\/目录 a\+b\.png$/);
    expect(await stateOf(ticket.id)).toMatchObject({ id: ticket.id, status: 'issued', uploadId: null, vars });

    const answer = await post(ticket.form.url, Object.entries(ticket.form.fields));
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as { id: string };
    expect(await stateOf(ticket.id)).toMatchObject({ status: 'used', uploadId: id });
    const upload = await stack.waitFor(id, 'ready', 'failed');
    expect(upload).toMatchObject({
      status: 'ready',
      objectKey: ticket.objectKey,
      mimeType: 'image/png',
      imageInfo: { width: 40, height: 30 },
      proof: 'ticket',
      vars,
      claimedVars: { operation: 'PostObject' },
    });
  });

  test('a ticket does not let anybody replace what was uploaded with it, unless it was asked for', async () => {
    const other = new Blob([new Uint8Array(await png(20, 10))], { type: 'image/png' });
    const postTwice = async (body: object) => {
      const { form, put } = await issue({ fileName: 'twice.png', contentType: 'image/png', ...body });
      const first = await post(form.url, Object.entries(form.fields));
      expect(first.status).toBe(200);
      const second = await post(form.url, Object.entries(form.fields), other);
      const third = await fetch(put.url, { method: put.method, headers: put.headers, body: other });
      return [second.status, third.status];
    };
    expect(await postTwice({})).toEqual([409, 409]);
    expect(await postTwice({ overwrite: true })).toEqual([200, 200]);
    const { form } = await issue({ fileName: 'race.png', contentType: 'image/png' });
    const raced = await Promise.all(
      [picture, other].map((file) => post(form.url, Object.entries(form.fields), file)),
    );
    expect(raced.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  test('the pipeline and the size of a ticket count for its upload', async () => {
    const land = async (ticket: IssuedTicket) => {
      const { url, method, headers } = ticket.put;
      const answer = await fetch(url, { method, headers, body: picture });
      expect(answer.status).toBe(200);
      return stack.waitFor(((await answer.json()) as { id: string }).id, 'ready', 'failed', 'ignored');
    };
    const contentType = 'image/png';
    expect(await land(await issue({ fileName: 'a.png', contentType, pipeline: 'photos' }))).toMatchObject({
      status: 'ready',
      pipeline: 'photos',
    });
    expect(await land(await issue({ fileName: 'b.png', contentType, pipeline: 'videos' }))).toMatchObject({
      status: 'ignored',
      pipeline: null,
    });
    expect(await land(await issue({ fileName: 'c.png', contentType, maxBytes: 50 }))).toMatchObject({
      status: 'failed',
      error: { code: 'object.too_large' },
    });
  });

  test('with CALLBACK_TRUST=ticket a callback without a valid ticket is refused, and one with it is not', async () => {
    const strict = await startApp('api', { ...stack.env, CALLBACK_TRUST: 'ticket' });
    const body = 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&ticket=${x:ticket}';
    const put = (key: string, ticket: string) =>
      ossClient(stack).put(key, Buffer.from('text'), {
        callback: { url: `${strict.url}/callbacks/oss`, body, customValue: { ticket } },
      });
    const { objectKey, form } = (await (
      await ask({ fileName: 'strict.txt' }, {}, strict.url)
    ).json()) as IssuedTicket;
    const nonce = form.fields['x:ticket'] ?? '';
    await expect(put(objectKey, '')).rejects.toMatchObject({ code: 'CallbackFailed' });
    await expect(put('uploads/another.txt', nonce)).rejects.toMatchObject({ code: 'CallbackFailed' });
    expect((await put(objectKey, nonce)).data).toMatchObject({ Status: 'OK' });
    await strict.end();
  });

  test.each(['v4', 'v1'])('every single-field change to a form is refused (%s)', async (signature) => {
    const ticket = await issue({
      key: 'uploads/{id}.png',
      contentTypes: ['image/png', 'image/jpeg'],
      vars: { user_id: '42' },
      maxBytes: 5_000,
      signature,
    });
    const other = await issue({ key: 'uploads/{id}.png', vars: { user_id: '43' }, signature });
    const { url, fields } = ticket.form;
    const callbackTo = (callbackUrl: string) =>
      Buffer.from(JSON.stringify({ callbackUrl, callbackBody: 'object=${object}' })).toString('base64');
    const others: Record<string, string[]> = {
      key: [other.objectKey, `${fields['key']}x`, '${filename}', ''],
      callback: [callbackTo('http://localhost:1/'), callbackTo(''), ''],
      'x:ticket': [other.form.fields['x:ticket'] ?? '', ''],
      'x:user_id': ['43', ''],
      'x-oss-content-type': ['text/html', 'image/svg+xml', 'image/png;x=y', ''],
      success_action_status: ['201', '204', ''],
      policy: [other.form.fields['policy'] ?? '', '', 'e30='],
    };
    for (const [changed, value] of Object.entries(fields)) {
      const without = Object.entries(fields).filter(([name]) => name !== changed);
      await expectRefused(await post(url, without), ticket, `${changed} removed`);
      const first = value.startsWith('0') ? '1' : '0';
      for (const text of [`${value}x`, first + value.slice(1), ...(others[changed] ?? [])]) {
        const all = Object.entries(fields);
        const replaced = all.map(([name, old]): [string, string] => [name, name === changed ? text : old]);
        await expectRefused(await post(url, replaced), ticket, `${changed} is ${text}`);
        await expectRefused(await post(url, [...all, [changed, text]]), ticket, `${changed} twice: ${text}`);
      }
    }
    const all = Object.entries(fields);
    await expectRefused(await post(url, all, new Blob(['x'.repeat(5_001)])), ticket, 'a larger file');
    await expectRefused(await post(url, all, new Blob([])), ticket, 'an empty file');
    await expectRefused(
      await post(url, [...all, ['x-oss-object-acl', 'public-read']]),
      ticket,
      'another ACL',
    );
    await expectRefused(
      await post(url, [...all, ['x-oss-storage-class', 'Archive']]),
      ticket,
      'a storage class that cannot be read',
    );
    expect((await post(`${url}x`, all)).status).toBe(404);

    // What no condition names changes nothing.
    const answer = await post(url, [...all, ['x:admin', 'true'], ['Content-Type', 'text/html']]);
    const { id } = (await answer.json()) as { id: string };
    const upload = await stack.waitFor(id, 'ready', 'failed');
    expect(upload).toMatchObject({ status: 'ready', mimeType: 'image/png', vars: { user_id: '42' } });
    expect(upload.vars).not.toHaveProperty('admin');
  });

  test('a presigned PUT works, calls back, and takes no change either', async () => {
    const ticket = await issue({
      key: 'avatars/目录 {id}.png',
      contentType: 'image/png',
      vars: { user_id: 'ä&b=c' },
    });
    const put = (url: string, headers: Record<string, string>) =>
      fetch(url, { method: 'PUT', headers, body: picture });
    const { url, headers } = ticket.put;
    expect(headers).toEqual({ 'content-type': 'image/png', 'x-oss-forbid-overwrite': 'true' });
    for (const name of new URL(url).searchParams.keys()) {
      const changed = new URL(url);
      changed.searchParams.delete(name);
      await expectRefused(await put(changed.href, headers), ticket, `${name} removed`);
      changed.searchParams.set(name, `${new URL(url).searchParams.get(name)}0`);
      await expectRefused(await put(changed.href, headers), ticket, `${name} changed`);
    }
    await expectRefused(await put(url, { 'content-type': 'text/html' }), ticket, 'another type');
    await expectRefused(await put(url, { ...headers, 'x-oss-object-acl': 'public-read' }), ticket, 'an ACL');

    const answer = await put(url, headers);
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as { id: string };
    expect(await stateOf(ticket.id)).toMatchObject({ status: 'used', uploadId: id });
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({
      vars: { user_id: 'ä&b=c' },
      claimedVars: { operation: 'PutObject' },
    });
  });

  test('a PUT without a content type asked for names one all the same, so that browsers can send it', async () => {
    const { put } = await issue({ fileName: 'a.png' });
    expect(put.headers).toEqual({
      'content-type': 'application/octet-stream',
      'x-oss-forbid-overwrite': 'true',
    });
    const answer = await fetch(put.url, { method: 'PUT', headers: put.headers, body: picture });
    expect(answer.status).toBe(200);
  });

  test('an expired ticket lets nothing in', async () => {
    const ticket = await issue({ fileName: 'late.png', lifetimeS: 1 });
    await eventually(async () => ((await stateOf(ticket.id)).status === 'expired' ? true : undefined));
    const form = await post(ticket.form.url, Object.entries(ticket.form.fields));
    expect([form.status, await form.text()]).toEqual([403, expect.stringContaining('Policy expired')]);
    const put = await fetch(ticket.put.url, { method: 'PUT', headers: ticket.put.headers, body: picture });
    expect([put.status, await put.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  test("another object's nonce does not make a ticket used", async () => {
    const ticket = await issue({ fileName: 'mine.png' });
    await ossClient(stack).put('uploads/foreign.png', Buffer.from(await picture.arrayBuffer()), {
      callback: {
        url: stack.callbackUrl,
        body: 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&x:ticket=${x:ticket}',
        customValue: { ticket: ticket.form.fields['x:ticket'] ?? '' },
      },
    });
    expect(await stateOf(ticket.id)).toMatchObject({ status: 'issued', uploadId: null });
  });

  test('secrets can be changed without a break', async () => {
    const before = await issue({ fileName: 'before.png' });
    const secrets = `a-new-secret-of-the-test-0123456789,${stack.env['TICKET_SECRETS']}`;
    const api = await startApp('api', { ...stack.env, TICKET_SECRETS: secrets });
    try {
      const answer = await ask({ fileName: 'after.png' }, {}, api.url);
      const after = (await answer.json()) as IssuedTicket;
      for (const ticket of [before, after]) {
        const { id } = (await (await post(ticket.form.url, Object.entries(ticket.form.fields))).json()) as {
          id: string;
        };
        const reported = await fetch(`${api.url}/v1/tickets/${ticket.id}`, {
          headers: { authorization: `Bearer ${stack.env['API_KEYS']}` },
        });
        expect(await reported.json()).toMatchObject({ status: 'used', uploadId: id });
      }
    } finally {
      await api.end();
    }
  });

  test.each([
    [{ fileName: 'a.png', bucket: 'somebody-elses' }, 403, 'ticket.bucket_forbidden'],
    [{ key: 'elsewhere/a.png' }, 403, 'ticket.key_forbidden'],
    [{ key: 'renditions/a.png' }, 403, 'ticket.key_forbidden'],
    [{ key: 'uploads/../a.png' }, 400, 'ticket.key_invalid'],
    [{ key: 'uploads/${filename}' }, 400, 'ticket.key_invalid'],
    [{ key: 'uploads/{who}' }, 400, 'ticket.key_invalid'],
    [{}, 400, 'ticket.key_invalid'],
    [{ fileName: 'a.png', pipeline: 'nothing' }, 422, 'ticket.pipeline_unknown'],
    [{ fileName: 'a/b.png' }, 400, 'request.invalid'],
    [{ fileName: 'a.png', maxBytes: 100_001 }, 400, 'request.invalid'],
    [{ fileName: 'a.png', lifetimeS: 3_601 }, 400, 'request.invalid'],
    [{ fileName: 'a.png', lifetimeS: 0 }, 400, 'request.invalid'],
    [{ fileName: 'a.png', contentType: 'image/png', contentTypes: ['image/png'] }, 400, 'request.invalid'],
    [{ fileName: 'a.png', contentType: 'no type' }, 400, 'request.invalid'],
    [{ fileName: 'a.png', vars: { ticket: 'x' } }, 400, 'request.invalid'],
    [{ fileName: 'a.png', vars: { 'X:A': 'x' } }, 400, 'request.invalid'],
    [{ fileName: 'a.png', vars: { a: 1 } }, 400, 'request.invalid'],
    [{ fileName: 'a.png', signature: 'v2' }, 400, 'request.invalid'],
    [{ fileName: 'a.png', maxbytes: 5 }, 400, 'request.invalid'],
    [[], 400, 'request.invalid'],
    ['', 400, 'request.invalid'],
    ['{"fileName":', 400, 'request.invalid'],
  ])('refuses %j', async (body, status, code) => {
    const answer = await ask(body);
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  });

  test('refuses what is too long for us or for OSS', async () => {
    const long = await ask({ fileName: 'a'.repeat(40_000) });
    expect([long.status, await long.json()]).toMatchObject([413, { code: 'request.too_large' }]);
    const vars = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`v${index}`, 'x'.repeat(500)]));
    const many = await ask({ fileName: 'a.png', vars });
    expect([many.status, await many.json()]).toMatchObject([400, { code: 'request.invalid' }]);
  });

  test('wants JSON and an API key', async () => {
    const form = await ask('fileName=a', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, await form.json()]).toMatchObject([400, { code: 'request.invalid' }]);
    expect((await ask({ fileName: 'a' }, { authorization: 'Bearer wrong' })).status).toBe(401);
    const unknown = await stack.get('/v1/tickets/019bbd8e-7b00-7000-8000-000000000001');
    expect(unknown).toMatchObject({ code: 'ticket.not_found', status: 404 });
  });
});
