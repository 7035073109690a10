import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { findHelm } from '../../deploy/tools/install-tools.ts';

/** As much of an object of Kubernetes as the tests look at. */
export interface KubernetesObject {
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    replicas?: number;
    selector?: Record<string, string> & { matchLabels?: Record<string, string> };
    podSelector?: { matchLabels: Record<string, string> };
    template?: { metadata: PodMetadata; spec: PodSpec };
    scaleTargetRef?: { name: string };
    minReplicaCount?: number;
    minReplicas?: number;
    triggers?: { metricType?: string; metadata: Record<string, string> }[];
    ports?: { name: string; port: number; targetPort: string }[];
  };
  data?: Record<string, string>;
  automountServiceAccountToken?: boolean;
}

interface PodMetadata {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext: unknown;
  containers: Container[];
  volumes: {
    name: string;
    emptyDir?: { sizeLimit: string };
    configMap?: { name: string };
    secret?: { secretName: string };
  }[];
  topologySpreadConstraints?: { labelSelector: { matchLabels: Record<string, string> } }[];
}

export interface Container {
  name: string;
  args: string[];
  securityContext: unknown;
  env: EnvEntry[];
  envFrom?: { configMapRef: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  volumeMounts: { name: string; mountPath: string }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
}

interface EnvEntry {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

interface Probe {
  httpGet: { path: string; port: string };
}

export const chart = 'deploy/helm/landfall';
const helm = findHelm();
export const hasHelm: boolean = helm !== undefined;
/** For the name of tests that are skipped. */
export const because: string = hasHelm ? '' : ' (skipped: no helm; npm run check:chart installs it by Go)';

/** The values with which `npm run check:chart` renders the chart, by the name of their file. */
export const ciValues: Record<string, object> = Object.fromEntries(
  globSync(`${chart}/ci/*.yaml`)
    .sort()
    .map((file) => [file.slice(file.lastIndexOf('/') + 1), parse(readFileSync(file, 'utf8')) as object]),
);
export const minimal = ciValues['minimal-values.yaml'] as { settings: Record<string, string> };

/** Renders the chart as the release `media`. @throws what helm says of wrong values */
export async function renderChart(values: object): Promise<KubernetesObject[]> {
  return readObjects(await runHelm(['template', 'media', chart, '--namespace', 'media'], values));
}

/** What an installer reads. */
export async function renderNotes(values: object): Promise<string> {
  return runHelm(
    ['install', 'media', chart, '--namespace', 'media', '--dry-run=client', '--hide-notes=false'],
    values,
  );
}

export const readObjects = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);

function runHelm(words: string[], values: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      helm ?? 'helm',
      [...words, '--values', '-'],
      { maxBuffer: 16 * 1024 ** 2, timeout: 60_000 },
      (error, stdout, stderr) => (error ? reject(new Error(stderr || error.message)) : resolve(stdout)),
    );
    child.stdin?.end(stringify(values));
  });
}

/** A pod of a Deployment or a Job, and its only container. */
export interface Pod {
  name: string;
  object: KubernetesObject;
  metadata: PodMetadata;
  pod: PodSpec;
  container: Container;
}

export function podsOf(objects: readonly KubernetesObject[]): Pod[] {
  return objects.flatMap((object) => {
    const { template } = object.spec ?? {};
    const [container] = template?.spec.containers ?? [];
    if (!template || !container) return [];
    const { metadata, spec } = template;
    return [{ name: object.metadata.name, object, metadata, pod: spec, container }];
  });
}
