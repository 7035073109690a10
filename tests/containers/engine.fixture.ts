import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { eventually } from '#testing';

const run = promisify(execFile);
const maxOutputBytes = 64 * 2 ** 20;

/** What runs containers on this machine, and a Docker Compose that speaks to it. */
export interface Engine {
  readonly program: 'docker' | 'podman';
  /** The words of `docker compose`. */
  readonly compose: readonly string[];
}

/** What `docker inspect` says of a container or an image, as far as the tests look at it. */
interface Inspection {
  readonly Name: string;
  readonly Config: { Labels: Record<string, string> };
  readonly HostConfig: { ReadonlyRootfs: boolean; Memory: number };
  readonly State: { ExitCode: number; Running: boolean; StartedAt: string };
}

/** The engine of this machine, or why there is none. */
export function findEngine(): Engine | { missing: string } {
  const answers = (program: string, ...words: string[]) => {
    try {
      execFileSync(program, words, { stdio: 'ignore', timeout: 30_000 });
      return true;
    } catch {
      return false;
    }
  };
  const composes = [['docker', 'compose'], ['docker-compose']];
  const program = (['docker', 'podman'] as const).find((name) => answers(name, 'info'));
  if (!program) return { missing: 'neither docker nor podman works here' };
  const compose = composes.find(([name = '', ...words]) => answers(name, ...words, 'version'));
  if (!compose) return { missing: `${program} is here, but no Docker Compose` };
  return { program, compose };
}

/** Runs a command of the engine; its output, without the last line break. */
export async function runEngine({ program }: Engine, ...words: string[]): Promise<string> {
  const { stdout } = await run(program, words, { maxBuffer: maxOutputBytes });
  return stdout.trimEnd();
}

export async function inspect(engine: Engine, name: string): Promise<Inspection> {
  const [one] = JSON.parse(await runEngine(engine, 'inspect', name)) as Inspection[];
  if (!one) throw new Error(`${engine.program} inspect ${name} has nothing to say`);
  return one;
}

/** Podman speaks Docker's protocol while this runs. Docker needs nothing of it. */
export async function openSocket(
  { program }: Engine,
  path: string,
): Promise<{ env: Record<string, string> } & Disposable> {
  if (program === 'docker') return { env: {}, [Symbol.dispose]() {} };
  const service = spawn(program, ['system', 'service', '--time=0', `unix://${path}`], { stdio: 'ignore' });
  await eventually(() => existsSync(path) || undefined);
  return { env: { DOCKER_HOST: `unix://${path}` }, [Symbol.dispose]: () => void service.kill() };
}

/** Builds an image of the Dockerfile. */
export async function buildImage(engine: Engine, target: string): Promise<void> {
  const options = [...buildOptions(engine), '--target', target, '--tag', target];
  await runEngine(engine, 'build', '--quiet', ...options, '.');
}

/** Base images from their registry, or, where none is reached, stand-ins from packages. */
export async function provideBases(engine: Engine, images: readonly string[]): Promise<void> {
  try {
    for (const image of images) {
      await runEngine(engine, 'image', 'inspect', image).catch(() =>
        runEngine(engine, 'pull', '--quiet', image),
      );
    }
  } catch (unreached) {
    console.log(`base images are stand-ins made here: ${String(unreached)}`);
    const words = [engine.program, ...buildOptions(engine)];
    await run('tests/containers/make-base-images.sh', words, { maxBuffer: maxOutputBytes });
  }
}

/**
 * Podman gets this machine's certificates and settings of npm and apt: behind a proxy nothing can be
 * installed without them, and an image is not to hold them.
 */
function buildOptions({ program }: Engine): string[] {
  if (program === 'docker') return [];
  const settings = [
    '/etc/ssl/certs',
    '/usr/local/share/ca-certificates',
    '/etc/apt/apt.conf.d',
    '/usr/local/etc/npmrc',
  ].filter((path) => existsSync(path));
  const volumes = settings.flatMap((path) => ['--volume', `${path}:${path}:ro`]);
  return ['--layers', '--network', 'host', ...volumes];
}
