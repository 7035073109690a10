import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signCallback, signEventBridgePush, signSmqPush, smqContentMd5 } from '#oss';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

export const eventsPath = '/events/oss';

/** Parts of an event that tests change. */
export interface EventParts {
  name?: string;
  key?: string;
  bucket?: string;
  etag?: string;
  size?: number;
  requestId?: string;
  vars?: Record<string, string>;
}

/** One event as OSS writes it. */
export const eventOf = ({
  name = 'ObjectCreated:PutObject',
  key = 'a/b.jpg',
  bucket = 'landfall',
  etag = 'D41D8CD98F00B204E9800998ECF8427E',
  size = 10,
  requestId = '5CF3E7821AB22D0FDB86704D',
  vars,
}: EventParts = {}) => ({
  eventName: name,
  eventSource: 'acs:oss',
  eventTime: '2026-01-15T08:30:01.000Z',
  eventVersion: '1.0',
  oss: {
    bucket: { name: bucket },
    object: { key, eTag: etag, size, deltaSize: size },
    ossSchemaVersion: '1.0',
    ...(vars ? { xVars: vars } : {}),
  },
  region: 'cn-hangzhou',
  responseElements: { requestId },
});
export const messageOf = (...events: unknown[]) => JSON.stringify({ events });

/** What a test changes of a push. */
export interface PushParts {
  target?: string;
  headers?: Record<string, string>;
  key?: KeyObject;
  cert?: string;
  date?: Date;
  /** Sent in the place of what was signed. */
  sentBody?: string;
  /** Of EventBridge: the URL that was configured there, in the place of where it is sent. */
  targetUrl?: string;
}

/**
 * A database, and a server of certificates, for all tests of the file. The certificate is as SMQ's:
 * its key has 512 bits, it has signed itself, and it expired in 2016.
 */
export function useEventEndpoint() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  const pem = expiredCertificate(publicKey, privateKey);
  let certFetches = 0;
  const server = createServer(({ url }, response) => {
    certFetches += 1;
    if (url?.startsWith('/missing')) response.writeHead(404).end();
    else response.end(url?.startsWith('/key') ? publicKey.export({ type: 'spki', format: 'pem' }) : pem);
  });
  const apis: AppProcess[] = [];
  let database: TestDatabase;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    database = await testDatabase();
  });
  afterAll(async () => {
    for (const api of apis) await api.end();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await database[Symbol.asyncDispose]();
  });

  const endpoint = {
    privateKey,
    get source() {
      return database.source;
    },
    get certHost() {
      return `localhost:${(server.address() as AddressInfo).port}`;
    },
    get certFetches() {
      return certFetches;
    },
    /** Starts an api, which ends after the last test. */
    async startApi(env: Record<string, string> = {}): Promise<AppProcess> {
      const api = await startApp('api', {
        ...apiEnv(database.url),
        CALLBACK_KEY_HOSTS: endpoint.certHost,
        EVENTS_ACCEPT: 'smq,eventbridge',
        EVENTS_CERT_HOSTS: endpoint.certHost,
        ...env,
      });
      apis.push(api);
      return api;
    },
    /** Pushes as SMQ does, in the format SIMPLIFIED. */
    pushSmq(api: AppProcess, body: string, parts: PushParts = {}) {
      const { target = eventsPath, key = privateKey, date = new Date(), sentBody = body } = parts;
      const headers: Record<string, string> = {
        date: date.toUTCString(),
        'content-type': 'text/plain;charset=utf-8',
        'content-md5': smqContentMd5(Buffer.from(body)),
        'x-mns-version': '2015-06-06',
        'x-mns-message-id': 'M1',
        'x-mns-signing-cert-url': base64(parts.cert ?? `http://${endpoint.certHost}/cert.pem`),
      };
      const authorization = signSmqPush({ rawTarget: target, headers }, key);
      return post(api, target, { ...headers, authorization, ...parts.headers }, sentBody);
    },
    /** Calls back as OSS does. */
    callBack(api: AppProcess, body: string, target: string) {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-oss-pub-key-url': base64(`http://${endpoint.certHost}/key.pem`),
        authorization: signCallback(target, Buffer.from(body), privateKey),
      };
      return post(api, target, headers, body);
    },
    /** Pushes as EventBridge does, with a signature of version 2. */
    pushEventBridge(api: AppProcess, body: string, parts: PushParts = {}) {
      const { target = eventsPath, key = privateKey, date = new Date(), sentBody = body } = parts;
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        ...eventBridgeHeaders(parts.cert ?? `http://${endpoint.certHost}/cert.pem`, date),
      };
      const push = { targetUrl: parts.targetUrl ?? api.url + target, headers, body: Buffer.from(body) };
      const signature = { 'x-eventbridge-signature-v2': signEventBridgePush(push, key) };
      return post(api, target, { ...headers, ...signature, ...parts.headers }, sentBody);
    },
    /** The rows of a query on the database. */
    query: <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
      database.source.query(text, values),
    uploadsOf: (key: string) =>
      endpoint.query<StoredUpload>(
        `SELECT id, source, proof, etag, size_bytes, vars, claimed_vars, ticket_id FROM uploads
         WHERE object_key = $1 ORDER BY id`,
        [key],
      ),
  };
  return endpoint;
}

interface StoredUpload {
  id: string;
  source: string;
  proof: string | null;
  etag: string | null;
  size_bytes: string | null;
  vars: Record<string, string>;
  claimed_vars: Record<string, string> | null;
  ticket_id: string | null;
}

export const eventBridgeHeaders = (certUrl: string, date = new Date()) => ({
  'x-eventbridge-signature-timestamp': String(date.getTime()),
  'x-eventbridge-hash-method': 'SHA256',
  'x-eventbridge-signature-version': '1.0',
  'x-eventbridge-signature-url': certUrl,
});

export async function post(
  api: AppProcess,
  target: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; code: string | undefined }> {
  const answer = await fetch(`${api.url}${target}`, { method: 'POST', headers, body });
  const text = await answer.text();
  const { code } = (text === '' ? {} : JSON.parse(text)) as { code?: string };
  return { status: answer.status, code };
}

export const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A certificate that has signed itself and was valid in 2015 (RFC 5280, version 1). */
function expiredCertificate(publicKey: KeyObject, privateKey: KeyObject): string {
  const sha256WithRsa = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const name = der(
    0x30,
    der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('mns')))),
  );
  const time = (text: string) => der(0x17, Buffer.from(text));
  const validity = der(0x30, time('150101000000Z'), time('160101000000Z'));
  const serial = der(0x02, Buffer.from([1]));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const content = der(0x30, serial, sha256WithRsa, name, validity, name, spki);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const lines = der(0x30, content, sha256WithRsa, signature)
    .toString('base64')
    .replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

/** A value in DER: its tag, its length, its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
