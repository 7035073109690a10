import { eventually, ossClient, queueKinds, type Stack, startStack, type UploadView } from '#testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';

interface IssuedTicket {
  id: string;
  objectKey: string;
  form: { url: string; fields: Record<string, string> };
  put: { url: string; headers: Record<string, string> };
}

describe.each(queueKinds)('what OSS failed to tell us, with the queue on %s', (queueKind) => {
  let stack: Stack;
  let database: Client;
  beforeAll(async () => {
    stack = await startStack(queueKind, {
      // Long enough for an upload on a busy machine, which is to be there at the first look.
      TICKET_FOLLOW_UP_S: '8',
      WORKER_SWEEP_INTERVAL_MS: '200',
      EMULATOR_FAULTS: JSON.stringify({ rules: [{ fault: 'callback.drop', keys: 'uploads/**' }] }),
    });
    database = new Client({ connectionString: stack.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await stack[Symbol.asyncDispose]();
  });

  const issue = async (body: object): Promise<IssuedTicket> => {
    const answer = await fetch(`${stack.api.url}/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.env['API_KEYS']}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as IssuedTicket;
  };
  const uploadOf = (ticket: IssuedTicket): Promise<UploadView> =>
    eventually(async () => {
      const { uploadId } = await stack.get<{ uploadId: string | null }>(`/v1/tickets/${ticket.id}`);
      if (uploadId === null) return undefined;
      const upload = await stack.get<UploadView>(`/v1/uploads/${uploadId}`);
      return upload.status === 'ready' ? upload : undefined;
    }, 60_000);

  test('is asked for by its ticket, which brings its vars and its pipeline', async () => {
    const ticket = await issue({ fileName: '目录 a+b.png', vars: { user_id: '42' }, pipeline: 'photos' });
    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.form.fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(await png(40, 30))]), 'file');
    const stored = await fetch(ticket.form.url, { method: 'POST', body: form });
    expect(stored.status).toBe(203);
    expect(await uploadOf(ticket)).toMatchObject({
      objectKey: ticket.objectKey,
      source: 'ticket',
      proof: 'ticket',
      vars: { user_id: '42' },
      pipeline: 'photos',
      kind: 'image',
    });
  });

  test('is deleted when its object is gone, and only then', async () => {
    const ticket = await issue({ fileName: 'b.png' });
    const { url, headers } = ticket.put;
    const stored = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(await png(20, 30)) });
    expect(stored.status).toBe(203);
    const { id } = await uploadOf(ticket);
    const say = () =>
      database.query(
        'INSERT INTO object_checks (upload_id, due_at) VALUES ($1, now()) ON CONFLICT (upload_id) DO UPDATE SET due_at = now()',
        [id],
      );
    await say();
    await eventually(async () =>
      (await database.query('SELECT FROM object_checks')).rowCount === 0 ? true : undefined,
    );
    expect(await stack.get(`/v1/uploads/${id}`)).toMatchObject({ status: 'ready' });
    await ossClient(stack).delete(ticket.objectKey);
    await say();
    expect(await stack.waitFor(id, 'deleted')).toMatchObject({ error: { code: 'object.removed' } });
  });
});
