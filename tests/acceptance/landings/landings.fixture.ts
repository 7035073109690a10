import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ossClient, type QueueKind, type Stack, signCallback, startStack, type UploadView } from '#testing';

/** What a callback tells of an object. */
export interface ReportedObject {
  object: string;
  etag?: string;
  size?: number;
  vars: Record<string, string>;
  requestId: string;
}

/** A stack whose callbacks the test sends itself, signed with a key that the api knows: when, how often and in what order it likes. */
export interface Landings extends AsyncDisposable {
  stack: Stack;
  /** Stores an object without a callback; gives what a true one would tell. */
  put(object: string, content: Buffer, vars?: Record<string, string>): Promise<ReportedObject>;
  /** Sends a callback of somebody who knows the secret URL. */
  call(reported: ReportedObject): Promise<{ status: number; id: string }>;
  /** Sends one of a stranger. */
  forge(reported: Omit<ReportedObject, 'requestId'>): Promise<{ status: number; id: string }>;
  remove(object: string): Promise<void>;
  /** The ids that a list shows. */
  list(query: string): Promise<string[]>;
  /** The upload when nothing more happens to it. */
  end(id: string): Promise<UploadView>;
}

export const attacker = { user_id: 'attacker' };

export async function startLandings(
  queueKind: QueueKind,
  env: Record<string, string> = {},
): Promise<Landings> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const folder = await mkdtemp(join(tmpdir(), 'landfall-landings-'));
  const keyFile = join(folder, 'key.pem');
  await writeFile(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  const secret = 'a-secret-of-the-callback-url';
  const stack = await startStack(queueKind, {
    CALLBACK_PUBLIC_KEY_FILE: keyFile,
    CALLBACK_URL_SECRETS: secret,
    CALLBACK_TRUST: 'bucket',
    ...env,
  });
  const client = ossClient(stack);
  const send = async (target: string, { object, etag, size, vars, requestId }: ReportedObject) => {
    const body = new URLSearchParams({ bucket: 'landfall', object, mimeType: 'image/png', ...vars });
    if (etag !== undefined) body.set('etag', etag);
    if (size !== undefined) body.set('size', String(size));
    const answer = await fetch(`${stack.api.url}${target}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: signCallback(target, Buffer.from(body.toString()), privateKey),
        'x-oss-request-id': requestId,
      },
      body: body.toString(),
    });
    const { id = '' } = (await answer.json()) as { id?: string };
    return { status: answer.status, id };
  };
  let requests = 0;
  return {
    stack,
    put: async (object, content, vars = {}) => {
      const { res } = await client.put(object, content, { mime: 'image/png' });
      const etag = String((res.headers as Record<string, string>)['etag']).replaceAll('"', '');
      requests += 1;
      return { object, etag, size: content.length, vars, requestId: `PUT${requests}` };
    },
    call: (reported) => send(`/callbacks/oss/${secret}`, reported),
    forge: (reported) => {
      requests += 1;
      return send('/callbacks/oss', { ...reported, requestId: `FORGED${requests}` });
    },
    remove: async (object) => void (await client.delete(object)),
    list: async (query) =>
      (await stack.get<{ items: { id: string }[] }>(`/v1/uploads?${query}`)).items.map(({ id }) => id),
    end: (id) => stack.waitFor(id, 'ready', 'failed', 'ignored', 'deleted'),
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
