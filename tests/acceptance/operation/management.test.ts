import { type AppProcess, eventually, readMetricsPage, type Stack, startApp, startStack } from '#testing';
import { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { putObject, putToEnd } from '../fixtures/uploads.fixture.js';

interface Metric {
  type: string;
  labels: Set<string>;
}

/** What a process serves, by name; of one that has no values yet the labels are not known. */
async function readMetrics({ managementUrl }: AppProcess): Promise<Map<string, Metric>> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  const types = Array.from(text.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name = '', type = '']) => {
    const samples = text.matchAll(new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'gm'));
    const labels = Array.from(samples, ([, list = '']) =>
      Array.from(list.matchAll(/(\w+)="/g), ([, label = '']) => label),
    );
    return [name, { type, labels: new Set(labels.flat().filter((label) => label !== 'le')) }] as const;
  });
  return new Map(types);
}

describe('the management ports of api and worker', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack('postgres');
    await putToEnd(stack, 'a.png', await png(64, 48));
    return () => stack[Symbol.asyncDispose]();
  });

  test('serve every metric that docs/metrics.md names, with its type and labels, and no other', async () => {
    const page = await readMetricsPage();
    const served = { api: await readMetrics(stack.api), worker: await readMetrics(stack.worker) };
    const names = new Set([...served.api.keys(), ...served.worker.keys()]);
    expect([...page.keys()].toSorted()).toEqual([...names].toSorted());
    for (const [name, { type, of, labels }] of page) {
      expect(of.length).toBeGreaterThan(0);
      for (const app of of) {
        const metric = served[app as keyof typeof served].get(name);
        expect({ name, app, type: metric?.type }).toEqual({ name, app, type });
        for (const label of metric?.labels ?? [])
          expect({ name, label, isNamed: labels.includes(label) }).toMatchObject({ isNamed: true });
      }
    }
  });

  test('count what a picture costs', async () => {
    const text = await (await fetch(`${stack.worker.managementUrl}/metrics`)).text();
    expect(text).toMatch(/^landfall_job_seconds_count\{job_name="upload.process",outcome="done"\} 1$/m);
    expect(text).toMatch(/^landfall_relay_jobs_total\{job_name="upload.process"\} 1$/m);
    for (const direction of ['read', 'written'])
      expect(text).toMatch(
        new RegExp(`^landfall_store_bytes_total\\{direction="${direction}"\\} [1-9]`, 'm'),
      );
  });

  test('count what became of uploads, each once', async () => {
    await putToEnd(stack, 'no.png', Buffer.from('no picture'));
    const text = await eventually(async () => {
      const now = await (await fetch(`${stack.worker.managementUrl}/metrics`)).text();
      return now.includes('landfall_events_placed_total{type="upload.failed"}') ? now : undefined;
    });
    expect(text).toMatch(/^landfall_events_placed_total\{type="upload.ready"\} 1$/m);
    expect(text).toMatch(/^landfall_uploads_failed_total\{code="media.type_mismatch"\} 1$/m);
    expect(text).toMatch(/^landfall_upload_ready_seconds_count\{kind="image"\} 1$/m);
    const ofApi = await (await fetch(`${stack.api.managementUrl}/metrics`)).text();
    expect(ofApi).toMatch(/^landfall_landings_total\{source="callback"\} 2$/m);
    expect(ofApi).toMatch(/^landfall_callback_seconds_count 2$/m);
  });

  test('a worker whose port is taken ends, and says which and why', async () => {
    const { port } = new URL(stack.api.managementUrl);
    await expect(stack.startWorker({ MANAGEMENT_PORT: port })).rejects.toThrow(
      new RegExp(`port ${port} of .*MANAGEMENT_PORT[^]*management\\.port_unusable`),
    );
  });

  describe('at a shutdown readiness drops first, and the port closes last', () => {
    const page = (app: AppProcess, path: string) => fetch(`${app.managementUrl}${path}`);
    /** Ends an app that something holds up, until that is released. */
    const endSlowly = async (app: AppProcess, release: () => Promise<void>) => {
      expect((await page(app, '/health/ready')).status).toBe(200);
      const exit = app.end();
      await eventually(async () => ((await page(app, '/health/ready')).status === 503 ? true : undefined));
      expect(await (await page(app, '/health/ready')).json()).toMatchObject({ code: 'process.stopping' });
      expect((await page(app, '/health/live')).status).toBe(200);
      await release();
      expect(await exit).toBe(0);
      await expect(page(app, '/health/live')).rejects.toThrow('fetch failed');
    };

    test('of a worker, while it ends its job', async () => {
      const release = await lockTable(stack, 'rendition_versions');
      const id = await putObject(stack, 'held.png', await png(64, 48));
      await eventually(async () => {
        const metrics = await (await page(stack.worker, '/metrics')).text();
        return metrics.includes('landfall_jobs_running{job_name="upload.process"} 1') || undefined;
      });
      await endSlowly(stack.worker, release);
      expect(await stack.waitFor(id, 'ready')).toMatchObject({ error: null });
    });

    test('of an api, while it answers a request', async () => {
      const release = await lockTable(stack, 'uploads');
      const held = fetch(`${stack.api.url}/v1/uploads`, {
        headers: { authorization: `Bearer ${stack.env['API_KEYS']}` },
      });
      await eventually(() => isWaited(stack, 'landfall-api'));
      await endSlowly(stack.api, release);
      expect((await held).status).toBe(200);
    });

    test('of an api that drains, which serves until balancers have noticed, and ends its connections', async () => {
      const app = await startApp('api', { ...stack.env, API_DRAIN_MS: '3000' });
      const kept = await fetch(`${app.url}/health/live`);
      expect(['connection', 'keep-alive'].map((name) => kept.headers.get(name))).toEqual([
        'keep-alive',
        'timeout=5',
      ]);
      const exit = app.end();
      await eventually(async () => (await page(app, '/health/ready')).status === 503 || undefined);
      const answer = await fetch(`${app.url}/v1/uploads`, {
        headers: { authorization: `Bearer ${stack.env['API_KEYS']}` },
      });
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
      expect(await exit).toBe(0);
    });
  });
});

/** Keeps everybody from a table until it is released. */
async function lockTable({ databaseUrl }: Stack, table: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return async () => {
    await client.query('COMMIT');
    await client.end();
  };
}

/** Whether a connection of this name waits for a lock. */
async function isWaited({ databaseUrl }: Stack, name: string): Promise<true | undefined> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'
       AND datname = current_database()`,
    [name],
  );
  await client.end();
  return (rowCount ?? 0) > 0 || undefined;
}
