import { once } from 'node:events';
import { chown, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { freePort } from '#local';
import { eventually, type OwnService, ownPostgres, ownRedis, startApp, startStack } from '#testing';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { type Authority, hasOpenssl, openAuthority } from '../fixtures/authority.fixture.js';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

const without = hasOpenssl ? '' : ' (skipped: no openssl is installed)';

test.skipIf(!hasOpenssl)(
  `Postgres, Redis and OSS with certificates of a private authority, which ask for one of ours${without}`,
  async () => {
    await using authority = await openAuthority();
    await using postgres = await ownPostgres();
    const tlsPort = await freePort();
    await using _redis = await ownRedis({
      'tls-port': String(tlsPort),
      'tls-cert-file': authority.server.cert,
      'tls-key-file': authority.server.key,
      'tls-ca-cert-file': authority.ca,
      'tls-auth-clients': 'yes',
    });
    await using oss = await openTls(authority);
    const databaseUrl = await requireCertificates(postgres, authority);
    const env = {
      DATABASE_URL: databaseUrl,
      QUEUE_URL: `rediss://localhost:${tlsPort}`,
      QUEUE_TLS_CERT_FILE: authority.client.cert,
      QUEUE_TLS_KEY_FILE: authority.client.key,
      OSS_ENDPOINT: oss.url,
    };
    await using stack = await startStack('redis', { ...env, NODE_EXTRA_CA_CERTS: authority.ca });
    oss.leadTo(stack.emulator.url);
    const id = await putObject(stack, 'a.png', await png(64, 48));
    expect((await stack.waitFor(id, 'ready', 'failed')).status).toBe('ready');
    expect(oss.count()).toBeGreaterThan(0);
    const client = new Client({ connectionString: `${databaseUrl}&sslrootcert=${authority.ca}` });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
       WHERE application_name LIKE 'landfall-%' AND NOT (ssl AND client_dn = '/CN=landfall')`,
    );
    await client.end();
    expect(rows).toEqual([]);
    // The same worker does not begin where nothing tells it of the authority.
    const { NODE_EXTRA_CA_CERTS: _ca, ...others } = stack.env;
    await expect(startApp('worker', others)).rejects.toThrow(/certificate/);
  },
);

/** Has a server of Postgres take only connections with TLS and a certificate; returns its URL for them. */
async function requireCertificates({ url }: OwnService, { ca, server, client }: Authority): Promise<string> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
  const data = rows[0]?.data_directory ?? '';
  const { uid, gid } = await stat(data);
  for (const [file, name] of [
    [ca, 'ca.crt'],
    [server.cert, 'server.crt'],
    [server.key, 'server.key'],
  ] as const) {
    await copyFile(file, join(data, name));
    await chown(join(data, name), uid, gid);
  }
  await writeFile(
    join(data, 'pg_hba.conf'),
    'hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n',
  );
  await admin.query(`ALTER SYSTEM SET ssl_ca_file = 'ca.crt'`);
  await admin.query('ALTER SYSTEM SET ssl = on');
  await admin.query('SELECT pg_reload_conf()');
  await eventually(async () => {
    const answer = await admin.query<{ ssl: string }>('SHOW ssl');
    return answer.rows[0]?.ssl === 'on' ? true : undefined;
  });
  await admin.end();
  const secure = new URL(url);
  secure.hostname = 'localhost';
  secure.search = `sslmode=verify-full&sslcert=${client.cert}&sslkey=${client.key}`;
  return secure.href;
}

/** An end of TLS before a server that is named later. */
async function openTls({ server: { cert, key } }: Authority) {
  let target = '';
  let count = 0;
  const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (caller) => {
    count += 1;
    const called = connect(Number(new URL(target).port), '127.0.0.1');
    caller.pipe(called).pipe(caller);
    caller.on('error', () => called.destroy());
    called.on('error', () => caller.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    leadTo(url: string) {
      target = url;
    },
    count: () => count,
    async [Symbol.asyncDispose]() {
      // Nobody is connected any more: the processes have ended.
      server.close();
      await once(server, 'close');
    },
  };
}
