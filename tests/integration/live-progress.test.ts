import { newId } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { recordProgress, Upload } from '#uploads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { logEvents, openStream } from './live.fixture.js';

describe('the progress of renditions', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  let api: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    env = apiEnv(database.url);
    api = await startApp('api', env);
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  /** An upload with a version that is being made. */
  const making = async (proof: string | null) => {
    const [uploadId, versionId] = [newId(), newId()];
    await database.source.query(
      `INSERT INTO uploads (id, bucket, object_key, etag, source, sweep_at, created_at, updated_at, status, proof, vars)
       VALUES ($1, 'landfall', 'a.mp4', $3,   'callback', now(), now(), now(), 'processing', $2, '{"user": "7"}')`,
      [uploadId, proof, uploadId],
    );
    await database.source.query(
      `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash)
       VALUES ($1, $2, 0, 'film', 'mp4', 'upload.transcode', '{}', 'h')`,
      [versionId, uploadId],
    );
    return { uploadId, versionId };
  };
  const open = (query = '') =>
    openStream(`${api.url}/v1/events/stream${query}`, { authorization: `Bearer ${env['API_KEYS']}` });
  const report = (versionId: string, share: number) =>
    recordProgress(database.source, [versionId], { share, speed: 2 });

  test('is told as it goes on, once for each change, without an id', async () => {
    const [before] = await logEvents(database.source, 1);
    const { uploadId, versionId } = await making('url');
    await using stream = await open(`?after=${before}&uploadId=${uploadId}`);
    await report(versionId, 0.25);
    await stream.until(() => stream.events.length === 1);
    await report(versionId, 0.5);
    await stream.until(() => stream.events.length === 2);
    expect(stream.lastId()).toBe(before);
    const event = (progress: number) => ({
      type: 'rendition.progress',
      data: {
        type: 'rendition.progress',
        uploadId,
        data: {
          upload: { id: uploadId, vars: { user: '7' }, status: 'processing' },
          rendition: { name: 'film', kind: 'mp4', progress, speed: 2 },
        },
      },
    });
    expect(stream.events).toMatchObject([event(0.25), event(0.5)]);
    expect(stream.events[0]?.data).not.toHaveProperty('id');
    await database.source.query(`UPDATE rendition_versions SET status = 'ready' WHERE id = $1`, [versionId]);
  });

  test('goes to those that want it, and never tells of what nobody vouches for', async () => {
    const [seen, foreign, unproven] = [await making('url'), await making('object'), await making(null)];
    await using one = await open(`?uploadId=${seen.uploadId}`);
    await using typed = await open(`?type=rendition.progress&var.user=7`);
    await using deaf = await open(`?type=upload.ready`);
    for (const { versionId } of [unproven, seen, foreign]) await report(versionId, 0.5);
    await typed.until(() => typed.events.length === 2);
    await one.until(() => one.events.length === 1);
    await logEvents(database.source, 1);
    await deaf.until(() => deaf.events.length === 1);
    expect(typed.events.map(({ data }) => data.uploadId).toSorted()).toEqual(
      [seen.uploadId, foreign.uploadId].toSorted(),
    );
    expect(one.events.map(({ data }) => data.uploadId)).toEqual([seen.uploadId]);
    expect(deaf.events.map(({ type }) => type)).toEqual(['upload.ready']);
    expect(await database.source.getRepository(Upload).count()).toBeGreaterThan(3);
  });

  test('is found by an index of what is being made, however much waits', async () => {
    const { uploadId, versionId } = await making('url');
    await database.source.query(
      `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash)
       SELECT gen_random_uuid(), $1, n, 'r' || n, 'mp4', 'upload.transcode', '{}', 'h' FROM generate_series(1, 5000) AS n`,
      [uploadId],
    );
    await report(versionId, 0.5);
    await database.source.query('ANALYZE rendition_versions');
    const plan = (await database.source.query(
      `EXPLAIN SELECT id FROM rendition_versions WHERE status = 'pending' AND progress IS NOT NULL
       ORDER BY upload_id, position LIMIT 1000`,
    )) as { 'QUERY PLAN': string }[];
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('rendition_versions_running');
  });
});
