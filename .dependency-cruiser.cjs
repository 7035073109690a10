/**
 * The import rules of the house (ARCHITECTURE.md, "Rooms"): one entry a room, naming what it may import.
 * A room that is not listed may import nothing of ours.
 */
const rooms = {
  runtime: [],
  media: ['runtime'],
  oss: ['runtime', 'media'],
  explain: ['runtime', 'media', 'oss'],
  playlists: ['media'],
  pipelines: ['runtime', 'media'],
  capacity: ['pipelines'],
  database: ['runtime', 'migrations'],
  tracing: ['runtime'],
  storage: ['runtime', 'media', 'oss', 'tracing'],
  outbox: ['runtime', 'database', 'tracing'],
  events: ['runtime', 'database', 'tracing'],
  idempotency: ['runtime', 'database'],
  jobs: ['runtime', 'database', 'outbox', 'tracing'],
  image: ['runtime', 'media'],
  video: ['runtime', 'media', 'playlists', 'tracing'],
  uploads: ['runtime', 'media', 'database', 'outbox', 'events', 'pipelines', 'tracing'],
  reconcile: ['runtime', 'media', 'database', 'storage', 'uploads'],
  webhooks: ['runtime', 'database', 'events', 'tracing'],
  local: ['runtime'],
  management: ['runtime'],
  queues: ['runtime', 'database', 'outbox', 'events', 'uploads', 'webhooks'],
  testing: [
    'runtime',
    'media',
    'oss',
    'database',
    'storage',
    'outbox',
    'jobs',
    'events',
    'idempotency',
    'uploads',
    'reconcile',
    'webhooks',
    'queues',
    'pipelines',
    'tracing',
    'local',
  ],
};
const apps = {
  api: [
    'runtime',
    'capacity',
    'media',
    'database',
    'oss',
    'explain',
    'playlists',
    'storage',
    'outbox',
    'events',
    'idempotency',
    'uploads',
    'webhooks',
    'queues',
    'management',
    'pipelines',
    'tracing',
  ],
  worker: [
    'runtime',
    'database',
    'oss',
    'storage',
    'outbox',
    'events',
    'idempotency',
    'jobs',
    'uploads',
    'reconcile',
    'webhooks',
    'queues',
    'management',
    'pipelines',
    'media',
    'playlists',
    'image',
    'video',
    'tracing',
  ],
  'oss-emulator': ['runtime', 'oss', 'explain'],
  // It knows the public API alone, by the client that others install.
  console: [],
  cli: [
    'runtime',
    'capacity',
    'media',
    'database',
    'oss',
    'explain',
    'storage',
    'outbox',
    'events',
    'idempotency',
    'jobs',
    'uploads',
    'reconcile',
    'webhooks',
    'pipelines',
    'management',
    'local',
    'tracing',
    'migrations',
  ],
};
/**
 * Each npm package of `dependencies` has one owner; nobody else imports it. Tests may, and benchmarks, whose references are what
 * others would write with it.
 */
const owners = {
  zod: '^(libs/|apps/)', // the schema language of every boundary
  'p-map': '^(libs/|apps/)', // a bounded loop, as much the language's as ours
  pino: '^libs/runtime/',
  'prom-client': '^libs/runtime/',
  '@opentelemetry/api': '^libs/tracing/',
  '@opentelemetry/sdk-trace': '^libs/tracing/',
  '@opentelemetry/resources': '^libs/tracing/',
  '@opentelemetry/exporter-trace-otlp-http': '^libs/tracing/',
  '@opentelemetry/exporter-trace-otlp-proto': '^libs/tracing/',
  // Decorators are not to be had through another room; everything else of it comes through #database.
  typeorm:
    '^(libs/database/|libs/(uploads|outbox|events|idempotency|reconcile|webhooks|queues)/src/.*[.]entity[.]ts$|migrations/)',
  pg: '^libs/database/',
  'ali-oss': '^apps/cli/',
  bullmq: '^libs/jobs/',
  ioredis: '^libs/jobs/',
  '@nestjs/bullmq': '^libs/jobs/',
  '@nestjs/common': '^(apps/api/|apps/worker/|libs/jobs/)', // what is put together by Nest
  '@nestjs/core': '^(apps/api/|apps/worker/)',
  'reflect-metadata': '^(apps/api/|apps/worker/)',
  rxjs: '^apps/api/',
  // The emulator's is for what OSS does with images, in a process of its own.
  sharp: '^(libs/image/|apps/oss-emulator/src/images/child/)',
  exifr: '^libs/image/',
  '@rgrove/parse-xml': '^libs/image/',
  thumbhash: '^(libs/image|apps/console)/',
  'libheif-js': '^libs/image/',
  'jxl-oxide-wasm': '^libs/image/',
  '@resvg/resvg-wasm': '^libs/image/',
  '@hyzyla/pdfium': '^libs/image/',
  '@embedpdf/fonts-sc': '^libs/image/',
  '@expo-google-fonts/noto-emoji': '^libs/image/',
  'dejavu-fonts-ttf': '^libs/image/',
  yaml: '^libs/pipelines/',
  '@nestjs/platform-fastify': '^apps/api/',
  '@nestjs/swagger': '^apps/api/',
  '@fastify/static': '^apps/api/',
  fastify: '^apps/api/',
  'find-my-way': '^apps/api/',
  'lru-cache': '^apps/api/',
  'file-type': '^apps/worker/',
  undici: '^libs/webhooks/',
  commander: '^apps/cli/',
  '@commander-js/extra-typings': '^apps/cli/',
  busboy: '^apps/oss-emulator/',
  lmdb: '^apps/oss-emulator/',
  'image-size': '^apps/oss-emulator/',
  'fast-xml-parser': '^(apps/oss-emulator/|libs/storage/|libs/oss/)', // both ends of the same wire
};
const ownerless = Object.keys(require('./package.json').dependencies).filter((name) => !owners[name]);
if (ownerless.length > 0) throw new Error(`no owner in .dependency-cruiser.cjs: ${ownerless.join(', ')}`);

const escape = (text) => text.replace(/[/.]/g, '\\$&');
const place = (room) => (room === 'migrations' ? '^migrations/' : `^libs/${room}/`);
/** docs/errors.md tells the errors of the apps too. */
const errorsOfApps = '^apps/[^/]+/src/errors\\.ts$';
/** The command line runs the apps, and prints the api's contract. */
const mainsOfApps = '^apps/(api|worker|oss-emulator)/src/(main|document)\\.ts$';
const testFile = '\\.(test|fixture)\\.ts$';

/** A room imports only the rooms of its line; `testing` is for test files alone. */
function roomRule(kind, room, allowed) {
  return {
    name: `${kind}-${room}`,
    comment: `${room} may import only: ${['itself', ...allowed].join(', ')}`,
    severity: 'error',
    from: { path: `^${kind}/${room}/`, pathNot: [testFile] },
    to: {
      path: '^(libs|apps|clients|migrations|tests|bench)/',
      pathNot: [
        `^${kind}/${room}/`,
        ...allowed.map(place),
        ...(room === 'console' ? ['^clients/typescript/src/browser\\.ts$'] : []),
        ...(room === 'cli' ? [errorsOfApps, mainsOfApps, '^clients/typescript/src/index\\.ts$'] : []),
      ],
    },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      comment: 'What runs in a browser is given its imports by the server of the test',
      severity: 'error',
      from: { pathNot: '^tests/acceptance/fixtures/player/' },
      to: { couldNotResolve: true },
    },
    ...Object.entries(rooms).map(([room, allowed]) => roomRule('libs', room, allowed)),
    ...Object.entries(apps).map(([app, allowed]) => roomRule('apps', app, allowed)),
    {
      name: 'one-entry',
      comment: 'Import a room through its index.ts',
      severity: 'error',
      // One fixture loads the error rows of all rooms, and nothing else of them.
      from: {
        path: '^(libs|apps|migrations|tests|bench)/([^/]+)/',
        pathNot: '^libs/testing/src/errors-of-all-rooms',
      },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^$1/$2/'] },
    },
    {
      name: 'own-fixtures',
      comment: 'Fixtures are for the tests of their room; what several need belongs in libs/testing',
      severity: 'error',
      from: { path: '^((?:libs|apps)/[^/]+|migrations|tests|bench)/' },
      to: { path: '[.]fixture[.]ts$', pathNot: '^$1/' },
    },
    {
      name: 'tests-are-leaves',
      comment: 'Nothing that is built imports a test, a fixture or test data',
      severity: 'error',
      from: { path: '^(libs|apps|migrations|bench)/', pathNot: [testFile, '/test-data/'] },
      to: { path: [testFile, '/test-data/', '^tests/'] },
    },
    {
      name: 'apps-are-programs',
      comment: 'An app is started, not imported; what two need belongs in a room',
      severity: 'error',
      from: { path: '^(libs|apps|migrations|tests|bench)/([^/]+)/', pathNot: '^apps/cli/' },
      to: { path: '^apps/', pathNot: ['^$1/$2/', errorsOfApps] },
    },
    {
      name: 'the-command-line-runs-apps',
      comment: 'It loads one of them when its command is typed, and has nothing else of them',
      severity: 'error',
      from: { path: '^apps/cli/' },
      to: { path: mainsOfApps, dynamic: false },
    },
    {
      name: 'bench-is-a-leaf',
      comment: 'Benchmarks measure from outside, without the harness of the tests; nothing imports them',
      severity: 'error',
      from: { path: '^bench/', pathNot: [testFile] },
      to: { path: ['^libs/testing/', '^tests/'] },
    },
    {
      name: 'nothing-imports-bench',
      severity: 'error',
      from: { path: '^(libs|apps|migrations|tests)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'clients-stand-alone',
      comment: 'Others install the client: it imports nothing of ours, and nothing of Node',
      severity: 'error',
      from: { path: '^clients/', pathNot: [testFile, 'generate\\.mjs$'] },
      to: { pathNot: '^clients/' },
    },
    {
      name: 'examples-are-outside',
      comment: 'An example imports what its readers can install',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(libs|apps|migrations|tests|bench)/' },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(libs|apps)/' },
    },
    {
      name: 'acceptance-is-black-box',
      comment: 'Acceptance tests speak HTTP and know no room but the harness, and nothing of the other tests',
      severity: 'error',
      from: { path: '^tests/acceptance/' },
      to: {
        path: '^(libs|apps|migrations|bench|tests)/',
        pathNot: ['^libs/(testing|local)/src/index[.]ts$', '^tests/acceptance/'],
      },
    },
    ...Object.entries(owners).map(([name, owner]) => ({
      name: `owner-of-${name}`,
      severity: 'error',
      from: { path: '^(libs|apps|migrations)/', pathNot: [owner, testFile, '^libs/testing/'] },
      to: { path: `node_modules/${escape(name)}/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
