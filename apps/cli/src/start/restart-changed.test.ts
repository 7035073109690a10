import { execFileSync } from 'node:child_process';
import { EventEmitter, on } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restartChanged } from './restart-changed.js';
import { SupervisedApp } from './supervised-app.js';

let root: string;
let apps: SupervisedApp[];
let stopWatching: () => Promise<void>;
const said = new EventEmitter();
const tell = (line: string) => said.emit('line', line);

/** A clone as small as can be: two apps, of which one uses a room, and the compiler that we use. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'landfall-dev-'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  const entry = { source: './libs/room/index.ts', default: './dist/libs/room/index.js' };
  write('package.json', JSON.stringify({ name: 'clone', type: 'module', imports: { '#room': entry } }));
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    customConditions: ['source'],
    rootDir: '.',
    outDir: 'dist',
    incremental: true,
    strict: true,
    skipLibCheck: true,
    types: [],
  };
  write('tsconfig.build.json', JSON.stringify({ compilerOptions, include: ['apps', 'libs'] }));
  write('libs/room/index.ts', "export const word: string = 'first';");
  // Written before it says that it is ready: what goes through a pipe may still be on its way then.
  const app = (name: string, word: string) => `declare const process: any;
    process.getBuiltinModule('node:fs').appendFileSync('${join(root, name)}.words', ${word} + '\\n');
    process.send({ type: 'ready' }); setInterval(() => {}, 1000);`;
  write('apps/api/src/main.ts', `import { word } from '#room'; ${app('api', 'word')}`);
  write('apps/worker/src/main.ts', `export {}; ${app('worker', "'work'")}`);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root });
  write('dist/.landfall-built', 'of the sources above');

  apps = ['api', 'worker'].map(
    (name) =>
      new SupervisedApp({
        name,
        modulePath: join(root, `dist/apps/${name}/src/main.js`),
        env: process.env,
        nodeFlags: [],
        logFile: join(root, `${name}.log`),
        tell,
      }),
  );
  for (const app of apps) await app.start();
  const watched = apps.map((app) => ({
    name: app.options.name,
    modulePath: app.options.modulePath,
    restart: () => app.restart(5_000),
  }));
  stopWatching = await restartChanged(watched, { root, env: process.env, tell });
});

afterEach(async () => {
  await stopWatching();
  for (const app of apps) await app.stop(0);
  said.removeAllListeners();
  await rm(root, { recursive: true });
});

function write(place: string, text: string) {
  mkdirSync(dirname(join(root, place)), { recursive: true });
  writeFileSync(join(root, place), text);
}

/** Does something, and gives the lines that are reported up to one that matches. */
async function linesUntil(wanted: RegExp, work: () => void): Promise<string[]> {
  const lines: string[] = [];
  const reported = on(said, 'line');
  work();
  for await (const [line] of reported) {
    lines.push(String(line));
    if (wanted.test(String(line))) return lines;
  }
  return lines;
}

/** What each start of an app has written. */
const wordsOf = (name: string) =>
  readFileSync(join(root, `${name}.words`), 'utf8')
    .trim()
    .split('\n');

test('starts the app again whose sources have changed, once they compile, and no other', async () => {
  const wrong = await linesUntil(/Found 1 error/, () =>
    write('libs/room/index.ts', 'export const word: string = 2;'),
  );
  expect(wrong.join('\n')).toMatch(/libs\/room\/index\.ts\(1,14\): error TS2322/);
  expect(wordsOf('api')).toEqual(['first']);

  const right = await linesUntil(/api is ready again/, () =>
    write('libs/room/index.ts', "export const word: string = 'second';"),
  );
  expect(right).toEqual(['api has changed; restarting', 'api is ready again']);
  expect(wordsOf('api')).toEqual(['first', 'second']);
  expect(wordsOf('worker')).toEqual(['work']);
  expect(existsSync(join(root, 'dist/.landfall-built'))).toBe(false);
});

test('waits for the next build when an app does not come up', async () => {
  const failing = await linesUntil(/api ended/, () =>
    write('libs/room/index.ts', "export const word: string = 'third'; throw new Error('not today');"),
  );
  expect(failing.join('\n')).toContain('not today');
  await linesUntil(/api is ready again/, () =>
    write('libs/room/index.ts', "export const word: string = 'fourth';"),
  );
  expect(wordsOf('api').at(-1)).toBe('fourth');
});
