import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
let root: string;
const children: ChildProcess[] = [];

/** A clone that is as small as can be: its compiler only copies, and notes each build. */
const compiler = `
  import { appendFileSync, cpSync, readFileSync } from 'node:fs';
  if (process.argv.includes('tsconfig.build.json')) appendFileSync('builds', '.');
  if (readFileSync('apps/cli/src/main.js', 'utf8').includes('syntax error')) process.exit(2);
  cpSync('apps/cli/src', 'dist/apps/cli/src', { recursive: true });`;
const bundler = `
  import { cpSync } from 'node:fs';
  export const build = () => cpSync('dist/apps/cli/src/main.js', 'dist/programs/landfall.js');`;
const tools = { typescript: 'file:compiler', rolldown: 'file:bundler', vite: 'file:pages' };
const lock = {
  name: 'clone',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { dependencies: tools },
    compiler: { name: 'typescript', version: '1.0.0' },
    'node_modules/typescript': { resolved: 'compiler', link: true },
    bundler: { name: 'rolldown', version: '1.0.0' },
    'node_modules/rolldown': { resolved: 'bundler', link: true },
    pages: { name: 'vite', version: '1.0.0' },
    'node_modules/vite': { resolved: 'pages', link: true },
  },
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'landfall-bootstrap-'));
  write('package.json', JSON.stringify({ name: 'clone', type: 'module', dependencies: tools }));
  write('package-lock.json', JSON.stringify(lock));
  write('compiler/package.json', JSON.stringify({ name: 'typescript', version: '1.0.0', type: 'module' }));
  write('compiler/bin/tsc', compiler);
  write(
    'bundler/package.json',
    JSON.stringify({ name: 'rolldown', version: '1.0.0', type: 'module', exports: './index.js' }),
  );
  write('bundler/index.js', bundler);
  write('pages/package.json', JSON.stringify({ name: 'vite', version: '1.0.0' }));
  write('pages/bin/vite.js', '');
  write('apps/cli/src/main.js', "console.log('words', process.argv.slice(2).join(' '))");
  cpSync(join(here, '..', 'bootstrap.mjs'), join(root, 'apps/cli/bootstrap.mjs'));
  cpSync(here, join(root, 'apps/cli/bootstrap'), { recursive: true });
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(root, { recursive: true });
});

function write(place: string, text: string) {
  mkdirSync(dirname(join(root, place)), { recursive: true });
  writeFileSync(join(root, place), text);
}

function builds() {
  return existsSync(join(root, 'builds')) ? readFileSync(join(root, 'builds'), 'utf8').length : 0;
}

/** Runs the bootstrap to its end. */
async function bootstrap(...words: string[]) {
  const run = promisify(execFile)(process.execPath, [join(root, 'apps/cli/bootstrap.mjs'), ...words]);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

function launch(...words: string[]) {
  const child = spawn(process.execPath, [join(root, 'apps/cli/bootstrap.mjs'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

describe('bootstrap', () => {
  test('installs and builds a fresh clone, then runs it with the words given', async () => {
    const first = await bootstrap('run', 'upload', 'a b.jpg');
    expect(first).toMatchObject({ code: 0, stdout: 'words upload a b.jpg\n' });
    expect(first.stderr).toContain('npm ci');
    expect(first.stderr).toContain('Building');
  });

  test('does neither again while nothing has changed', async () => {
    await bootstrap('run');
    expect(await bootstrap('start')).toEqual({ code: 0, stdout: 'words start\n', stderr: '' });
    expect(builds()).toBe(1);
  });

  test('builds again when a source has changed, is new or is gone, but not for a test', async () => {
    await bootstrap('run');
    write('libs/oss/src/index.test.ts', 'test');
    await bootstrap('run');
    expect(builds()).toBe(1);
    write('libs/oss/src/index.ts', 'export {}');
    await bootstrap('run');
    expect(builds()).toBe(2);
    rmSync(join(root, 'libs/oss/src/index.ts'));
    await bootstrap('run');
    expect(builds()).toBe(3);
    rmSync(join(root, 'dist'), { recursive: true });
    expect(await bootstrap('run')).toMatchObject({ code: 0 });
  });

  test('installs again when the lock file has changed or the modules are gone', async () => {
    await bootstrap('run');
    appendFileSync(join(root, 'package-lock.json'), '\n');
    expect((await bootstrap('run')).stderr).toContain('npm ci');
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect((await bootstrap('run')).stderr).toContain('npm ci');
    expect((await bootstrap('run')).stderr).toBe('');
  });

  test('takes what npm ci installed by hand for installed', async () => {
    await promisify(execFile)('npm', ['ci'], { cwd: root });
    expect((await bootstrap('run')).stderr).not.toContain('npm ci');
  });

  test('ends with 1 when the build fails, and builds again next time', async () => {
    write('apps/cli/src/main.js', 'syntax error');
    expect(await bootstrap('run')).toMatchObject({ code: 1, stdout: '' });
    expect((await bootstrap('run')).stderr).toContain('The build failed');
    expect(builds()).toBe(2);
  });

  test('builds again what was built before, when a build in between failed', async () => {
    const good = readFileSync(join(root, 'apps/cli/src/main.js'), 'utf8');
    await bootstrap('run');
    write('apps/cli/src/main.js', 'syntax error');
    await bootstrap('run');
    write('apps/cli/src/main.js', good);
    expect(await bootstrap('run', 'again')).toMatchObject({ code: 0, stdout: 'words again\n' });
    expect(builds()).toBe(3);
  });

  test('ends with 1 when the install fails', async () => {
    write('package-lock.json', '<<<<<<< HEAD');
    const result = await bootstrap('run');
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('npm ci failed');
  });

  test('neither builds nor sets up what the fast tests do not need', async () => {
    // `npm ci` removes what it does not know.
    await promisify(execFile)('npm', ['ci'], { cwd: root });
    write('node_modules/vitest/vitest.mjs', "console.log('vitest', process.argv.slice(2).join(' '))");
    expect(await bootstrap('test', '--fast', 'libs/oss')).toEqual({
      code: 0,
      stdout: 'vitest run --project fast libs/oss\n',
      stderr: '',
    });
    expect(builds()).toBe(0);
    expect((await bootstrap('test', 'libs/oss')).stdout).toBe('words setup\nvitest run libs/oss\n');
    expect(builds()).toBe(1);
  });

  test('builds, and runs nothing', async () => {
    expect(await bootstrap('build')).toMatchObject({ code: 0, stdout: '' });
    expect(builds()).toBe(1);
  });

  test('tells what it can do when asked for something else', async () => {
    expect(await bootstrap('fly')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('start|dev|run|test|test:sdks|fuzz|bench|prove|generate:client|build'),
    });
  });

  test('installs and builds once when two run at the same time', async () => {
    const both = await Promise.all([bootstrap('run', 'one'), bootstrap('run', 'two')]);
    expect(both.map(({ stdout }) => stdout)).toEqual(['words one\n', 'words two\n']);
    expect(builds()).toBe(1);
  });

  test('is not held up by the lock of a run that was killed', async () => {
    write('.landfall/bootstrap.lock', String(2 ** 22 + 1));
    expect(await bootstrap('run')).toMatchObject({ code: 0 });
  });

  test('passes on signals and the exit code of the program', async () => {
    write(
      'apps/cli/src/main.js',
      "process.once('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up')",
    );
    const child = launch('start');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  test('tells the program when it is killed itself', async () => {
    write(
      'apps/cli/src/main.js',
      "process.once('disconnect', () => { console.log('alone'); process.exit(); }); console.log('up')",
    );
    const child = launch('start');
    await once(child.stdout, 'data');
    const said = once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(String((await said)[0])).toBe('alone\n');
  });
});
