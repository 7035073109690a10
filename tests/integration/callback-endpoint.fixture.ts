import { generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signCallback } from '#oss';
import { type AppProcess, createTestDatabase, dropTestDatabase, startApp } from '#testing';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

export const callbackPath = '/callbacks/oss';
export const formType = 'application/x-www-form-urlencoded';

/** Answers a request to the key server. */
export type ServeKey = (target: string, response: ServerResponse, pem: string) => unknown;
const serveKeyAlone: ServeKey = (target, response, pem) =>
  target === '/key.pem' ? response.end(pem) : response.writeHead(404).end();

/**
 * A database, and a server of the key that callbacks are signed with, for all tests of the file (or of the `describe`).
 * Keys are small where their size does not matter: tests sign thousands of times.
 */
export function useCallbackEndpoint(modulusLength: number, serveKey = serveKeyAlone) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keyServer = createServer(({ url: target = '' }, response) => serveKey(target, response, pem));
  const apis: AppProcess[] = [];
  let databaseUrl: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
    databaseUrl = await createTestDatabase();
  });
  afterAll(async () => {
    for (const api of apis) await api.end();
    keyServer.closeAllConnections();
    await new Promise((resolve) => keyServer.close(resolve));
    await dropTestDatabase(databaseUrl);
  });

  const entry = {
    publicKey,
    pem,
    get keyHost() {
      return `localhost:${(keyServer.address() as AddressInfo).port}`;
    },
    /** The header `x-oss-pub-key-url`. */
    keyUrl: (path = '/key.pem') => Buffer.from(`http://${entry.keyHost}${path}`).toString('base64'),
    sign: (target: string, body: string | Buffer) => signCallback(target, Buffer.from(body), privateKey),
    /** Starts an api, which ends after the last test. */
    async startApi(env: Record<string, string> = {}): Promise<AppProcess> {
      const api = await startApp('api', {
        ...apiEnv(databaseUrl),
        CALLBACK_KEY_HOSTS: entry.keyHost,
        ...env,
      });
      apis.push(api);
      return api;
    },
    async storedIds(): Promise<string[]> {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ id: string }>('SELECT id FROM uploads ORDER BY id');
      await client.end();
      return rows.map(({ id }) => id);
    },
  };
  return entry;
}
