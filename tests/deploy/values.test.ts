import { describe, expect, test } from 'vitest';
import { because, hasHelm, minimal, renderChart } from './chart.fixture.js';

const { settings } = minimal;

/** Wrong values, and what helm says of them. */
const wrong: [string, object, RegExp][] = [
  ['an unknown value', { imag: {} }, /additional properties 'imag' not allowed/],
  ['nothing at all', { settings: {} }, /missing properties 'API_PUBLIC_URL', 'OSS_ENDPOINT'/],
  [
    'a setting that does not exist',
    { settings: { ...settings, OSS_BUKETS: 'a' } },
    /'\/settings': additional properties 'OSS_BUKETS' not allowed/,
  ],
  [
    'a setting that is no text',
    { settings: { ...settings, MEDIA_MAX_BYTES: 5_368_709_120 } },
    /'\/settings\/MEDIA_MAX_BYTES': got number, want string/,
  ],
  [
    'a secret among the settings',
    { settings: { ...settings, API_KEYS: 'plain-text-key' } },
    /'\/settings': additional properties 'API_KEYS' not allowed/,
  ],
  [
    'a setting that the chart sets itself',
    { settings: { ...settings, WORKER_QUEUES: 'thumbnail' } },
    /'\/settings': additional properties 'WORKER_QUEUES' not allowed/,
  ],
  [
    'the value of a secret instead of its place',
    { secrets: { API_KEYS: 'plain-text-key' } },
    /'\/secrets\/API_KEYS': got string, want object/,
  ],
  ['a required secret taken away', { secrets: { QUEUE_URL: null } }, /missing property 'QUEUE_URL'/],
  ['a queue that nobody takes', { workers: { transcode: null } }, /no worker takes the queue transcode/],
  [
    'a queue that does not exist',
    { workers: { thumbnail: { queues: ['thumbnails'] } } },
    /'\/workers\/thumbnail\/queues\/0': value must be one of 'thumbnail', 'transcode', 'delivery'/,
  ],
  ['a worker without queues', { workers: { gpu: {} } }, /'\/workers\/gpu': missing property 'queues'/],
  [
    'a name of a worker that is no name in a cluster',
    { workers: { 'Big Worker': { queues: ['transcode'] } } },
    /'Big Worker' does not match pattern/,
  ],
  [
    'a grace that a worker does not take',
    { workers: { transcode: { shutdownGraceSeconds: 3_600 } } },
    /shutdownGraceSeconds': maximum: got 3,?600, want 600/,
  ],
  [
    'a worker without limits',
    { workerDefaults: { resources: { limits: null } } },
    /'\/workerDefaults\/resources': missing property 'limits'/,
  ],
  [
    'all workers scaled to zero',
    { autoscaling: 'keda', workers: { delivery: { scaling: { min: 0 } } } },
    /must always run.*scaling\.min: 1/,
  ],
  ['no replica of the worker that relays', { workers: { delivery: { replicas: 0 } } }, /must always run/],
  [
    'more replicas at least than at most',
    { workers: { thumbnail: { scaling: { min: 20 } } } },
    /workers\.thumbnail\.scaling: min is 20 and max is 10/,
  ],
  [
    'an unknown autoscaler',
    { autoscaling: 'vpa' },
    /'\/autoscaling': value must be one of 'none', 'keda', 'hpa'/,
  ],
  ['an Ingress without a host', { ingress: { enabled: true } }, /ingress\.host: is required/],
  [
    'a port that is a text',
    { networkPolicy: { egressPorts: ['443'] } },
    /'\/networkPolicy\/egressPorts\/0': got string, want integer/,
  ],
];

describe.runIf(hasHelm)(`refused${because}`, () => {
  test.each(wrong)('%s', async (_, values, words) => {
    await expect(renderChart({ ...minimal, ...values })).rejects.toThrow(words);
  });
});
