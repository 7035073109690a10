import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '#local';
import { type Engine, openSocket, runEngine } from './engine.fixture.js';

const run = promisify(execFile);

/** A project of docker-compose.yml with the settings of .env.example, on ports of its own. */
export interface Project extends AsyncDisposable {
  readonly apiUrl: string;
  readonly ossUrl: string;
  readonly apiKey: string;
  compose(...words: string[]): Promise<string>;
  /** Starts what does not run, and waits until all of it is healthy. */
  start(...words: string[]): Promise<void>;
  /** Containers of a service that run. */
  containers(service: string): Promise<readonly string[]>;
}

/** Prepares it; `start()` starts it. What it made is gone at the end. */
export async function openProject(engine: Engine): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-compose-'));
  const name = folder.split('-').at(-1)?.toLowerCase() ?? '';
  const socket = await openSocket(engine, join(folder, 'engine.sock'));
  const [apiPort, ossPort] = [await freePort(), await freePort()];
  const [apiUrl, ossUrl] = [`http://localhost:${apiPort}`, `http://localhost:${ossPort}`];
  await copyFile('docker-compose.yml', join(folder, 'docker-compose.yml'));
  const settings = (await readFile('.env.example', 'utf8'))
    .replace(/^API_PUBLIC_URL=.*$/m, `API_PUBLIC_URL=${apiUrl}`)
    .replace(/^OSS_PUBLIC_ENDPOINT=.*$/m, `OSS_PUBLIC_ENDPOINT=${ossUrl}`);
  await writeFile(join(folder, '.env'), settings);
  const ports = `services:
  api: { ports: !override ['127.0.0.1:${apiPort}:3000'] }
  emulator: { ports: !override ['127.0.0.1:${ossPort}:9000'] }
`;
  await writeFile(join(folder, 'ports.yml'), ports);
  const files = ['--file', 'docker-compose.yml', '--file', 'ports.yml'];
  const compose = async (...words: string[]) => {
    const [program = '', ...first] = engine.compose;
    const { stdout } = await run(
      program,
      [...first, '--project-name', `landfall-${name}`, ...files, ...words],
      {
        cwd: folder,
        env: { ...process.env, ...socket.env },
        timeout: 600_000,
        maxBuffer: 64 * 2 ** 20,
      },
    );
    return stdout.trimEnd();
  };
  const checks = checkHealth(engine, name);
  return {
    apiUrl,
    ossUrl,
    apiKey: /^API_KEYS=(.*)$/m.exec(settings)?.[1] ?? '',
    compose,
    async start(...words) {
      try {
        await compose('up', '--detach', '--wait', '--no-build', ...words);
      } catch (cause) {
        const state = `${await compose('ps', '--all')}\n${await compose('logs', '--tail', '20')}`;
        throw new Error(`compose up failed\n${state}`, { cause });
      }
    },
    containers: async (service) =>
      (await compose('ps', '--quiet', service)).split('\n').filter((id) => id !== ''),
    async [Symbol.asyncDispose]() {
      await compose('down', '--volumes', '--timeout', '20');
      await checks[Symbol.asyncDispose]();
      socket[Symbol.dispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Podman leaves health checks to timers of systemd, which not every machine has: so they are run from here. */
function checkHealth(engine: Engine, name: string): AsyncDisposable {
  const ended = new AbortController();
  const check = async () => {
    while (!ended.signal.aborted) {
      const ids = await runEngine(engine, 'ps', '--quiet', '--filter', `name=landfall-${name}`);
      // Whether it is healthy the engine notes; a container without a check or at its end is an error too.
      for (const id of ids.split('\n').filter((line) => line !== ''))
        await runEngine(engine, 'healthcheck', 'run', id).catch(() => undefined);
      await new Promise((done) => setTimeout(done, 500));
    }
  };
  const checking = engine.program === 'podman' ? check() : Promise.resolve();
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await checking;
    },
  };
}
