import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { loadConfig, type SectionName } from '#runtime';
import { type Container, type KubernetesObject, type Pod, podsOf } from './chart.fixture.js';

const sourceOf = (app: string) => readFileSync(`apps/${app}/src/main.ts`, 'utf8');
const number = (text: string | undefined) => Number(text?.replaceAll('_', ''));

/** How long the api takes to end at most, and a worker beyond the grace of its jobs. */
const apiEndMs = number(/drainMs \+ ([\d_]+),/.exec(sourceOf('api'))?.[1]);
const workerEndMs = number(/shutdownGraceMs \+ ([\d_]+),/.exec(sourceOf('worker'))?.[1]);

const documented = new Set(
  [...readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name),
);
const schema = JSON.parse(readFileSync('deploy/helm/landfall/values.schema.json', 'utf8')) as {
  properties: { secrets: { properties: object } };
};
const secrets = Object.keys(schema.properties.secrets.properties);

/** The sections that a process loads, from its own source. */
const sectionsOf: Record<string, SectionName[]> = {
  api: sectionsIn(sourceOf('api')),
  worker: sectionsIn(sourceOf('worker')),
  migrate: sectionsIn(readFileSync('apps/cli/src/migrate.ts', 'utf8')),
};

function sectionsIn(source: string): SectionName[] {
  const list = /loadConfig\(\[([^\]]*)\]/.exec(source)?.[1] ?? '';
  return [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name as SectionName);
}

/** What a Secret of an operator may hold. */
const secretValues: Record<string, string> = {
  DATABASE_URL: 'postgres://landfall:password@postgres:5432/landfall?sslmode=verify-full',
  DATABASE_DIRECT_URL: 'postgres://landfall:password@postgres:5432/landfall?sslmode=verify-full',
  QUEUE_URL: 'rediss://:password@redis:6380',
  OSS_CDN_KEY: 'aliyuncdnexp1234',
};

/** What the `restricted` profile of Pod Security asks of a pod, and more. */
const podRules = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
};
const containerRules = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};
/** What a pod must not have of its node. */
const ofTheNode = ['hostNetwork', 'hostPID', 'hostIPC'];

/** Which of the promises are broken that hold of whatever the chart renders, a sentence for each. */
export function brokenPromises(objects: readonly KubernetesObject[]): string[] {
  return [...findBroken(objects)];
}

function* findBroken(objects: readonly KubernetesObject[]): Generator<string> {
  for (const { kind, metadata, data = {} } of objects) {
    if (kind === 'Secret') yield `${metadata.name} is a Secret`;
    for (const name of secrets)
      if (data[name] !== undefined) yield `${metadata.name} has ${name} in plain text`;
  }
  for (const each of podsOf(objects)) {
    yield* findRights(each);
    yield* findSettings(objects, each);
    if (each.object.kind === 'Deployment') yield* findServing(each);
    if (each.container.name === 'worker') yield* findScratch(each);
  }
  yield* findSelectors(objects);
}

function* findRights({ name, pod, container }: Pod): Generator<string> {
  for (const [where, rules] of [
    [pod, podRules],
    [container, containerRules],
  ] as const)
    for (const [field, rule] of Object.entries(rules))
      if (!isDeepStrictEqual((where as unknown as Record<string, unknown>)[field], rule))
        yield `${name}: ${field} is not as it must be`;
  for (const field of ofTheNode) if (field in pod) yield `${name}: ${field} is of the node`;
  if (pod.containers.length !== 1) yield `${name} has ${pod.containers.length} containers`;
  for (const resource of ['cpu', 'memory'])
    for (const bound of ['requests', 'limits'] as const)
      if (container.resources[bound][resource] === undefined) yield `${name} has no ${bound} of ${resource}`;
  for (const volume of pod.volumes)
    if (!volume.emptyDir?.sizeLimit && !volume.configMap?.name && !volume.secret?.secretName)
      yield `${name}: the volume ${volume.name} is neither bounded nor of the cluster`;
}

/** The process starts with its environment: every setting exists and is right, and none is missing. */
function* findSettings(objects: readonly KubernetesObject[], { name, container }: Pod): Generator<string> {
  const environment: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef.name,
    );
    if (!map) yield `${name}: there is no ConfigMap ${configMapRef.name}`;
    Object.assign(environment, map?.data);
  }
  for (const entry of container.env) {
    if (secrets.includes(entry.name) !== (entry.valueFrom?.secretKeyRef !== undefined))
      yield `${name}: ${entry.name} must be from a Secret if, and only if, it is secret`;
    environment[entry.name] = entry.value ?? secretValues[entry.name] ?? `example-${'0123456789'.repeat(3)}`;
  }
  for (const setting of Object.keys(environment))
    if (!documented.has(setting)) yield `${name}: docs/configuration.md has no ${setting}`;
  const sections = sectionsOf[container.args[0] ?? ''] ?? [];
  if (sections.length === 0) yield `${name}: nobody knows what it reads`;
  try {
    loadConfig(sections, environment);
  } catch (error) {
    yield `${name}: ${String(error)}`;
  }
}

const valueOf = (container: Container, name: string) =>
  container.env.find((entry) => entry.name === name)?.value;

/** It is probed at a port that it has, and has the time to end its work. */
function* findServing({ name, pod, container }: Pod): Generator<string> {
  const ports = container.ports?.map((port) => port.name) ?? [];
  for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
    if (!ports.includes(probe?.httpGet.port ?? '')) yield `${name} is not probed at a port of its own`;
  const pauseMs = Number(valueOf(container, 'API_DRAIN_MS') ?? 0);
  const workMs = Number(valueOf(container, 'WORKER_SHUTDOWN_GRACE_MS') ?? 0);
  const endMs = container.name === 'api' ? apiEndMs : workerEndMs;
  const graceMs = (pod.terminationGracePeriodSeconds ?? 0) * 1_000;
  if (!(graceMs > pauseMs + workMs + endMs)) yield `${name} is killed while it ends`;
  if (container.name === 'api' && pauseMs === 0) yield `${name} ends while requests still come`;
}

/** All jobs at once fit into the scratch space, and that into what the pod may use of its node. */
function* findScratch({ name, pod, container }: Pod): Generator<string> {
  const jobs = ['THUMBNAIL', 'TRANSCODE'].map((queue) =>
    Number(valueOf(container, `WORKER_${queue}_CONCURRENCY`) ?? 0),
  );
  const needed = Number(valueOf(container, 'MEDIA_SCRATCH_MAX_BYTES')) * jobs.reduce((a, b) => a + b);
  const scratch = gibibytes(pod.volumes.find((volume) => volume.name === 'scratch')?.emptyDir?.sizeLimit);
  if (!(scratch > needed))
    yield `${name}: its jobs need ${needed} bytes of scratch space, and have ${scratch}`;
  for (const bound of ['requests', 'limits'] as const)
    if (!(gibibytes(container.resources[bound]['ephemeral-storage']) > scratch))
      yield `${name} is evicted before its scratch space is full`;
}

const gibibytes = (quantity = '') => Number(/^(\d+)Gi$/.exec(quantity)?.[1]) * 1024 ** 3;

/** What selects pods finds those of one component; a NetworkPolicy may be for all. */
function* findSelectors(objects: readonly KubernetesObject[]): Generator<string> {
  const pods = podsOf(objects);
  const count = (labels: Record<string, string> | undefined) =>
    pods.filter(({ metadata }) =>
      Object.entries(labels ?? {}).every(([label, value]) => metadata.labels[label] === value),
    ).length;
  for (const { kind, metadata, spec } of objects) {
    const name = `${kind} ${metadata.name}`;
    if (kind === 'Service' && count(spec.selector) !== 1) yield `${name} is not for one component`;
    if (['Deployment', 'PodDisruptionBudget'].includes(kind) && count(spec.selector?.matchLabels) !== 1)
      yield `${name} is not for one component`;
    if (kind === 'NetworkPolicy' && count(spec.podSelector?.matchLabels) === 0) yield `${name} is for nobody`;
    const target = spec?.scaleTargetRef?.name;
    if (target === undefined) continue;
    const deployment = objects.find((each) => each.kind === 'Deployment' && each.metadata.name === target);
    if (!deployment) yield `${name} scales ${target}, which is not there`;
    if (deployment?.spec.replicas !== undefined) yield `${name} and ${target} both say how many`;
  }
}
