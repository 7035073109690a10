/**
 * The import rules of the house (ARCHITECTURE.md, "Rooms"): one entry a room, naming what it may import.
 * A room that is not listed may import nothing of ours.
 */
const rooms = {
  runtime: [],
  media: ['runtime'],
  oss: ['runtime'],
  explain: ['runtime', 'oss'],
  playlists: ['media'],
  pipelines: ['runtime', 'media'],
  database: ['runtime', 'migrations'],
  storage: ['runtime', 'oss'],
  outbox: ['runtime', 'database'],
  jobs: ['runtime', 'database', 'outbox'],
  image: ['runtime', 'media'],
  video: ['runtime', 'media', 'playlists'],
  uploads: ['runtime', 'database', 'outbox', 'pipelines'],
  local: ['runtime'],
  testing: ['runtime', 'oss', 'database', 'storage', 'outbox', 'jobs', 'uploads', 'pipelines', 'local'],
};
const apps = {
  api: ['runtime', 'database', 'oss', 'explain', 'playlists', 'storage', 'outbox', 'uploads', 'pipelines'],
  worker: [
    'runtime',
    'database',
    'oss',
    'storage',
    'outbox',
    'jobs',
    'uploads',
    'pipelines',
    'media',
    'playlists',
    'image',
    'video',
  ],
  'oss-emulator': ['runtime', 'oss'],
  cli: [
    'runtime',
    'database',
    'oss',
    'explain',
    'storage',
    'outbox',
    'jobs',
    'uploads',
    'pipelines',
    'local',
    'migrations',
  ],
};
/** Each npm package has one owner; nobody else imports it. Tests may. */
const owners = {
  zod: '^(libs/|apps/)', // the schema language of every boundary
  pino: '^libs/runtime/',
  'prom-client': '^libs/runtime/',
  typeorm: '^(libs/database/|libs/uploads/|libs/outbox/|libs/jobs/|apps/|migrations/)',
  pg: '^libs/database/',
  'ali-oss': '^apps/cli/',
  bullmq: '^libs/jobs/',
  ioredis: '^libs/jobs/',
  '@nestjs/bullmq': '^libs/jobs/',
  sharp: '^libs/image/',
  exifr: '^libs/image/',
  '@rgrove/parse-xml': '^libs/image/',
  thumbhash: '^libs/image/',
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
  fastify: '^apps/api/',
  'file-type': '^apps/worker/',
  'lru-cache': '^apps/api/',
  busboy: '^apps/oss-emulator/',
  'image-size': '^apps/oss-emulator/',
};
const escape = (text) => text.replace(/[/.]/g, '\\$&');
const place = (room) => (room === 'migrations' ? '^migrations/' : `^libs/${room}/`);
const testFile = '\\.(test|fixture)\\.ts$';

/** A room imports only the rooms of its line; `testing` is for test files alone. */
function roomRule(kind, room, allowed) {
  return {
    name: `${kind}-${room}`,
    comment: `${room} may import only: ${['itself', ...allowed].join(', ')}`,
    severity: 'error',
    from: { path: `^${kind}/${room}/`, pathNot: [testFile] },
    to: {
      path: '^(libs|apps|migrations|tests|bench)/',
      pathNot: [`^${kind}/${room}/`, ...allowed.map(place)],
    },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(rooms).map(([room, allowed]) => roomRule('libs', room, allowed)),
    ...Object.entries(apps).map(([app, allowed]) => roomRule('apps', app, allowed)),
    {
      name: 'one-entry',
      comment: 'Import a room through its index.ts',
      severity: 'error',
      from: { path: '^(libs|apps|migrations|tests|bench)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/$2/'] },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(libs|apps)/' },
    },
    {
      name: 'acceptance-is-black-box',
      comment: 'Acceptance tests speak HTTP and know no room but the harness',
      severity: 'error',
      from: { path: '^tests/acceptance/' },
      to: { path: '^(libs|apps)/', pathNot: ['^libs/testing/', '^libs/local/'] },
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
