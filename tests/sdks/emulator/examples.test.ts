import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockOf } from '../page.fixture.js';
import {
  because,
  folderOf,
  installOnce,
  missingPrograms,
  runForOutput,
  runStep,
} from '../program.fixture.js';

const here = folderOf('emulator');
const noGo = await missingPrograms('go');
const noPython = await missingPrograms('python3');
const noJava = await missingPrograms('java', 'javac', 'mvn');
const tarball = './landfall-0.1.0.tgz';
let folder = '';
/** Where npm keeps what npx installs. */
const env = { npm_config_cache: '', npm_config_prefer_offline: 'true' };

/** The example that is run with this test tool, as a file. */
async function writeExample(tool: string, name: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, blockOf(tool).replaceAll(tarball, join(folder, tarball)));
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-package-'));
  await runStep('npm', ['pack', '--pack-destination', folder]);
  // A cache of its own, as npx takes the path of a tarball for its content; but what npm has it need not get again.
  env.npm_config_cache = join(folder, 'npm');
  await mkdir(env.npm_config_cache);
  const { stdout } = await runForOutput('npm', ['config', 'get', 'cache'], {});
  await symlink(join(stdout.trim(), '_cacache'), join(env.npm_config_cache, '_cacache'));
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const parameters = ['--yes', '--package', join(folder, tarball), 'oss-emulator', '--help'];
  await runStep('npx', parameters, { cwd: folder, env });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the example of docs/emulator.md uploads to an emulator from the package', () => {
  test('Node.js', async () => {
    const file = await writeExample('node:test', 'photos.test.mjs');
    const { stdout } = await runForOutput('node', ['--test', file], { cwd: folder, env });
    expect(stdout).toMatch(/pass 1\n/);
  });

  test.skipIf(noGo)(`Go${because(noGo)}`, async () => {
    const file = await writeExample('go test', 'photos_test.go');
    const { stdout } = await runForOutput('go', ['test', '-v', file], { cwd: folderOf('go'), env });
    expect(stdout).toContain('--- PASS: TestUpload');
  });

  test.skipIf(noPython)(`Python${because(noPython)}`, async () => {
    const requirements = join(here, 'requirements.txt');
    const home = await installOnce({
      name: 'pytest',
      pinnedBy: [requirements],
      install: async (place) => {
        await runStep('python3', ['-m', 'venv', place]);
        await runStep(join(place, 'bin/pip'), ['install', '--no-input', '-r', requirements]);
      },
    });
    const file = await writeExample('pytest', 'test_photos.py');
    const { stdout } = await runForOutput(join(home, 'bin/pytest'), [file], { cwd: folder, env });
    expect(stdout).toContain('1 passed');
  });

  test.skipIf(noJava)(`Java${because(noJava)}`, async () => {
    const pom = join(here, 'pom.xml');
    const lib = await installOnce({
      name: 'junit',
      pinnedBy: [pom],
      install: (place) =>
        runStep('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${place}`]),
    });
    const classes = join(folder, 'classes');
    const file = await writeExample('junit', 'PhotosTest.java');
    await runStep('javac', ['-d', classes, '-cp', join(lib, '*'), file]);
    const launcher = [
      'org.junit.platform.console.ConsoleLauncher',
      'execute',
      '--select-class',
      'PhotosTest',
    ];
    const classPath = [classes, join(lib, '*')].join(delimiter);
    const { stdout } = await runForOutput('java', ['-cp', classPath, ...launcher], { cwd: folder, env });
    expect(stdout).toContain('1 tests successful');
  });
});
