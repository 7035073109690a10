import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import {
  because,
  chart,
  ciValues,
  hasHelm,
  type KubernetesObject,
  minimal,
  podsOf,
  readObjects,
  renderChart,
  renderNotes,
} from './chart.fixture.js';
import { brokenPromises } from './promises.fixture.js';

const find = (objects: readonly KubernetesObject[], kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const kindsOf = (objects: readonly KubernetesObject[]) => new Set(objects.map(({ kind }) => kind));

/** The values that the pages for operators show. */
const documentedValues = ['docs/operators/kubernetes.md', `${chart}/README.md`].flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/```yaml\n([^]*?)```/g)].map(([, text = ''], index) => ({
    place: `${page}, block ${index + 1}`,
    values: parse(text) as object,
  })),
);

test('the chart has the version of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(parse(readFileSync(`${chart}/Chart.yaml`, 'utf8'))).toMatchObject({ version, appVersion: version });
});

test('the manifest for those without Helm keeps the promises, and nothing of Helm is in it', () => {
  const text = readFileSync('deploy/kubernetes/landfall.yaml', 'utf8');
  expect(brokenPromises(readObjects(text))).toEqual([]);
  expect(text).not.toContain('helm.sh/');
  expect(text).not.toContain('managed-by');
});

describe.runIf(hasHelm)(`rendered${because}`, () => {
  test.each(Object.keys(ciValues))('with %s it keeps the promises', async (name) => {
    expect(brokenPromises(await renderChart(ciValues[name] ?? {}))).toEqual([]);
  });

  test.each(documentedValues)('the values of $place keep the promises', async ({ values }) => {
    const settings = { ...minimal.settings, ...(values as typeof minimal).settings };
    expect(brokenPromises(await renderChart({ ...values, settings }))).toEqual([]);
  });

  test('a worker for each entry takes its queues, and the api has no queue', async () => {
    const objects = await renderChart(ciValues['keda-values.yaml'] ?? {});
    const queues = podsOf(objects).map(({ object, container }) => [
      object.metadata.name,
      container.env.find(({ name }) => name === 'WORKER_QUEUES')?.value,
    ]);
    expect(Object.fromEntries(queues)).toEqual({
      'media-api': undefined,
      'media-migrate': undefined,
      'media-worker-delivery': 'delivery',
      'media-worker-gpu': 'transcode',
      'media-worker-thumbnail': 'thumbnail',
      'media-worker-transcode': 'transcode',
    });
  });

  test('workers get no secret that only the api needs, and the migration only its two URLs', async () => {
    const objects = await renderChart({
      ...minimal,
      secrets: { CALLBACK_URL_SECRETS: {}, EVENTS_TOKENS: {} },
    });
    const secretsOf = (name: string) =>
      podsOf(objects)
        .find(({ object }) => object.metadata.name === name)
        ?.container.env.flatMap((entry) => (entry.valueFrom ? [entry.name] : []));
    expect(secretsOf('media-migrate')).toEqual(['DATABASE_URL', 'QUEUE_URL']);
    expect(secretsOf('media-worker-transcode')).toEqual([
      'DATABASE_URL',
      'OSS_ACCESS_KEY_ID',
      'OSS_ACCESS_KEY_SECRET',
      'QUEUE_URL',
    ]);
    expect(secretsOf('media-api')).toEqual(
      expect.arrayContaining(['API_KEYS', 'CALLBACK_URL_SECRETS', 'EVENTS_TOKENS', 'TICKET_SECRETS']),
    );
    expect(secretsOf('media-api')).not.toContain('QUEUE_URL');
  });

  test('with a queue of events the workers get the secrets of tickets', async () => {
    const objects = await renderChart(ciValues['tls-values.yaml'] ?? {});
    for (const { container } of podsOf(objects).filter((each) => each.container.name === 'worker'))
      expect(container.env.map(({ name }) => name)).toContain('TICKET_SECRETS');
  });

  test('a secret comes from the Secret and key that the values name', async () => {
    const objects = await renderChart(ciValues['tls-values.yaml'] ?? {});
    for (const { container } of podsOf(objects)) {
      const url = container.env.find(({ name }) => name === 'DATABASE_URL');
      expect(url?.valueFrom?.secretKeyRef).toEqual({ name: 'media-db-app', key: 'pooler-uri' });
      expect(container.env).toContainEqual({ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/landfall/ca/ca.crt' });
    }
  });

  test('the migration goes around a pooler, and every pod has the certificate that it is asked for', async () => {
    for (const { object, container } of podsOf(await renderChart(ciValues['tls-values.yaml'] ?? {}))) {
      const direct = container.env.find(({ name }) => name === 'DATABASE_DIRECT_URL');
      const found = [direct?.valueFrom?.secretKeyRef, container.volumeMounts];
      expect([object.metadata.name, ...found]).toEqual([
        object.metadata.name,
        { name: 'media-db-app', key: 'uri' },
        expect.arrayContaining([expect.objectContaining({ mountPath: '/etc/landfall/client' })]),
      ]);
    }
  });

  test('the migration runs first, and needs nothing that comes after it', async () => {
    const objects = await renderChart(minimal);
    const hookOf = (object?: KubernetesObject) => ({
      when: object?.metadata.annotations?.['helm.sh/hook'],
      weight: Number(object?.metadata.annotations?.['helm.sh/hook-weight']),
    });
    const migrate = podsOf(objects).find(({ object }) => object.kind === 'Job');
    expect(hookOf(migrate?.object)).toEqual({ when: 'pre-install,pre-upgrade', weight: 0 });
    expect(migrate?.container.envFrom).toBeUndefined();
    for (const [kind, name] of [
      ['ServiceAccount', migrate?.pod.serviceAccountName],
      ['NetworkPolicy', 'media-migrate'],
    ] as const) {
      const { when, weight } = hookOf(find(objects, kind, name ?? ''));
      expect(when).toBe('pre-install,pre-upgrade');
      expect(weight).toBeLessThan(0);
    }
  });

  test('a change of settings or pipelines restarts the pods that read them', async () => {
    const annotationsOf = async (values: object) =>
      podsOf(await renderChart(values)).map(({ metadata }) => metadata.annotations);
    const before = await annotationsOf(minimal);
    expect(await annotationsOf(minimal)).toEqual(before);
    const settings = { ...minimal.settings, LOG_LEVEL: 'debug' };
    expect(await annotationsOf({ ...minimal, settings })).not.toEqual(before);
    expect(await annotationsOf({ ...minimal, pipelines: 'version: 1' })).not.toEqual(before);
  });

  test('KEDA asks the api for each queue, and one worker always runs', async () => {
    const objects = await renderChart(ciValues['keda-values.yaml'] ?? {});
    const scaled = objects.filter(({ kind }) => kind === 'ScaledObject');
    expect(scaled).toHaveLength(4);
    const management = find(objects, 'Service', 'media-api-management');
    const url = `http://media-api-management.media.svc:${management?.spec.ports?.[0]?.port}`;
    for (const { spec } of scaled)
      for (const { metadata } of spec.triggers ?? [])
        expect([`${url}/queues`, `${url}/metrics`]).toContain(metadata['url']);
    const ofThumbnail = find(objects, 'ScaledObject', 'media-worker-thumbnail')?.spec;
    expect(ofThumbnail?.minReplicaCount).toBe(0);
    expect(ofThumbnail?.triggers?.map(({ metadata }) => metadata['valueLocation'])).toEqual([
      'queues.thumbnail.backlog',
      'landfall_queue_oldest_waiting_seconds{queue="thumbnail"}',
    ]);
    expect(find(objects, 'ScaledObject', 'media-worker-delivery')?.spec.minReplicaCount).toBe(1);
  });

  test('a plain HPA keeps one replica', async () => {
    const objects = await renderChart(ciValues['hpa-values.yaml'] ?? {});
    const autoscalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(autoscalers.map(({ spec }) => spec.minReplicas)).toEqual([1, 1]);
  });

  test('what is off is not there', async () => {
    const kinds = kindsOf(await renderChart(ciValues['off-values.yaml'] ?? {}));
    expect([...kinds].sort()).toEqual(['ConfigMap', 'Deployment', 'Service', 'ServiceAccount']);
  });

  test('names stay short enough whatever the release is called', async () => {
    const objects = await renderChart({
      ...minimal,
      workers: { 'a-long-worker': { queues: ['transcode'] } },
    });
    for (const { metadata } of objects) expect(metadata.name.length).toBeLessThan(63);
  });

  test('the notes say where it is and what to do', async () => {
    const notes = await renderNotes(ciValues['keda-values.yaml'] ?? {});
    expect(notes).toContain('kubectl --namespace media rollout status deployment/media-api');
    expect(notes).toContain('delivery: delivery; 1 to 4 replicas');
    expect(notes).toContain('53, 443, 80, 5432, 6379');
  });
});
