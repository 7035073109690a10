import { z } from 'zod';
import { isSecret, listSections, listSettings, type Setting } from './settings.js';

/** Sections that the chart's containers do not use. */
const elsewhere = new Set(['emulator', 'local', 'client']);

/** Settings that the chart derives from its own values, and files that its pods do not have. */
const setByChart = new Set([
  'API_PORT',
  'API_DRAIN_MS',
  'MANAGEMENT_PORT',
  'PIPELINES_FILE',
  'CALLBACK_PUBLIC_KEY_FILE',
  'MEDIA_SCRATCH_DIR',
  'MEDIA_SCRATCH_MAX_BYTES',
  'WORKER_QUEUES',
  'WORKER_THUMBNAIL_CONCURRENCY',
  'WORKER_TRANSCODE_CONCURRENCY',
  'WORKER_SHUTDOWN_GRACE_MS',
]);

/** Required in a cluster, since the default is reachable only on the same machine. */
const requiredHere = new Set(['API_PUBLIC_URL']);

const settings = listSections()
  .filter((section) => !elsewhere.has(section))
  .flatMap(listSettings)
  .filter(({ name }) => !setByChart.has(name));

/** An object with one field per setting, of which those that are `required` are mandatory. */
function fieldsOf(list: Setting[], value: z.ZodType, isRequired: (setting: Setting) => boolean) {
  const fields = list.map((setting) => {
    const field = value.meta({ description: setting.description });
    return [setting.name, isRequired(setting) ? field : field.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

const plain = settings.filter((setting) => !isSecret(setting));
const text = z.string();
const name = z.string().regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/);
const secretKey = z.strictObject({
  name: name.optional(),
  key: z
    .string()
    .regex(/^[-._A-Za-z0-9]+$/)
    .optional(),
});
const image = z.strictObject({ repository: z.string().min(1), tag: text });

const amount = z.union([z.string(), z.number()]);
const amounts = z.object({ cpu: amount, memory: amount }).catchall(amount);
/** Without limits, a pod can starve its neighbours, and a worker counts all cores of the node as its own. */
const resources = z.strictObject({ requests: amounts, limits: amounts });
const place = {
  nodeSelector: z.record(z.string(), z.string()),
  tolerations: z.array(
    z.strictObject({
      key: text.optional(),
      operator: z.enum(['Exists', 'Equal']).optional(),
      value: text.optional(),
      effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
      tolerationSeconds: z.int().optional(),
    }),
  ),
};
const peers = z.array(
  z.strictObject({
    namespaceSelector: z.looseObject({}).optional(),
    podSelector: z.looseObject({}).optional(),
    ipBlock: z.strictObject({ cidr: text, except: z.array(text).optional() }).optional(),
  }),
);
const count = (least: number, most: number) => z.int().min(least).max(most);

const scaling = z.strictObject({
  min: count(0, 1_000),
  max: count(1, 1_000),
  jobsPerReplica: count(1, 100_000),
  waitingSeconds: count(1, 86_400),
  cooldownSeconds: count(0, 3_600),
});
/** WORKER_SHUTDOWN_GRACE_MS allows at most 600 seconds, WORKER_TRANSCODE_CONCURRENCY at most 16. */
const workerDefaults = z.strictObject({
  replicas: count(0, 1_000),
  concurrency: count(1, 16),
  scratchGiBPerJob: count(1, 1_024),
  shutdownGraceSeconds: count(0, 600),
  settings: fieldsOf(plain, text, () => false),
  resources,
  ...place,
  scaling,
});
const worker = workerDefaults.partial().extend({
  queues: z
    .array(z.enum(['thumbnail', 'transcode', 'delivery']))
    .min(1)
    .meta({ uniqueItems: true }),
  resources: resources.partial().optional(),
  scaling: scaling.partial().optional(),
});
/** Together with the release name and `-worker-` it must fit into a label. */
const workerName = z.string().regex(/^[a-z]([-a-z0-9]{0,12}[a-z0-9])?$/);

const values = z.strictObject({
  image,
  workerImage: image,
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  imagePullSecrets: z.array(z.strictObject({ name })),
  settings: fieldsOf(plain, text, (setting) => setting.required || requiredHere.has(setting.name)),
  secretName: name,
  secrets: fieldsOf(settings.filter(isSecret), secretKey, (setting) => setting.required),
  pipelines: text,
  caCertificates: z.strictObject({ configMap: name.or(z.literal('')), key: z.string().min(1) }),
  clientCertificate: z.strictObject({ secretName: name.or(z.literal('')) }),
  api: z.strictObject({ replicas: count(0, 1_000), drainSeconds: count(0, 300), resources, ...place }),
  ingress: z.strictObject({
    enabled: z.boolean(),
    className: text,
    host: text,
    tlsSecretName: text,
    annotations: z.record(z.string(), z.string()),
  }),
  migrate: z.strictObject({ enabled: z.boolean(), timeoutSeconds: count(1, 86_400), resources }),
  workerDefaults,
  workers: z.record(workerName, worker),
  autoscaling: z.enum(['none', 'keda', 'hpa']),
  podDisruptionBudgets: z.boolean(),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    apiFrom: peers,
    managementFrom: peers,
    egressPorts: z.array(count(1, 65_535)).min(1),
  }),
  global: z.looseObject({}).optional(),
});

/**
 * `values.schema.json` of the Helm chart: its values and every setting by name, so that a wrong name is refused
 * before it reaches a cluster.
 */
export function renderChartSchema(): string {
  const schema = z.toJSONSchema(values, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'Values of the chart landfall', ...schema }, null, 2)}\n`;
}
