import { randomUUID } from 'node:crypto';
import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { UploadRegistry } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const settings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };
const objectKey = '照片/"><img src=x>.jpg';

describe('GET /v1/uploads/{id}/original', () => {
  let database: TestDatabase;
  let api: AppProcess;
  const ids: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    const registry = new UploadRegistry(database.pool, settings, createLogger('test', 'silent'));
    for (const etag of ['D41D8CD98F00B204E9800998ECF8427E', '0CC175B9C0F1B6A831C399E269772661'])
      ids.push(
        (
          await registry.register({
            bucket: 'landfall',
            objectKey,
            etag,
            sizeBytes: 1,
            mimeType: null,
            imageInfo: null,
            vars: {},
            claimedVars: null,
            source: 'callback',
            proof: 'url',
            ticketId: null,
            requestId: null,
          })
        ).id,
      );
    await registry.close();
    api = await startApp('api', apiEnv(database.url));
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const original = async (id = '', key: string = developmentSecrets.apiKey) => {
    const answer = await fetch(`${api.url}/v1/uploads/${id}/original`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };

  test('gives a signed URL of the object, with its end', async () => {
    const { status, body } = await original(ids[1]);
    expect(status).toBe(200);
    const url = new URL(body['url'] ?? '');
    expect(decodeURIComponent(url.pathname)).toMatch(new RegExp(`/${objectKey}$`));
    expect(url.searchParams.get('x-oss-signature')).toMatch(/^[0-9a-f]{64}$/);
    expect(Date.parse(body['urlExpiresAt'] ?? '')).toBeGreaterThan(Date.now());
  });

  test('does not pass off what an object was overwritten with', async () => {
    await database.source.query(`UPDATE uploads SET confirmed_at = now() WHERE id = $1`, [ids[0]]);
    expect((await original(ids[0])).status).toBe(200);
    await database.source.query(`UPDATE uploads SET confirmed_at = now() WHERE id = $1`, [ids[1]]);
    expect(await original(ids[0])).toMatchObject({ status: 422, body: { code: 'object.changed' } });
    expect((await original(ids[1])).status).toBe(200);
  });

  test('is for holders of an API key alone', async () => {
    const answer = await fetch(`${api.url}/v1/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${developmentSecrets.apiKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ uploads: [ids[1]] }),
    });
    const { token } = (await answer.json()) as { token: string };
    expect(await original(ids[1], token)).toMatchObject({ status: 401, body: { code: 'auth.key_invalid' } });
  });

  test('says that there is no such upload', async () => {
    expect(await original(randomUUID())).toMatchObject({ status: 404, body: { code: 'upload.not_found' } });
  });
});
