import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { watchContract } from './watch-contract.js';

/** One of our built apps as a process. */
export interface AppProcess {
  /** URL where it listens; empty for a worker. */
  url: string;
  /** URL of its management port; empty for an emulator. */
  managementUrl: string;
  pid: number;
  /** Sends SIGTERM, or another signal; resolves with the exit code after the process has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** The last 200,000 characters of its output. */
  output(): string;
}

/** Starts dist/programs/<app>.js and waits until it is ready. `watchContract` validates the responses of an api to `fetch`. */
export async function startApp(
  app: 'api' | 'worker' | 'emulator',
  env: Record<string, string>,
): Promise<AppProcess> {
  const child: ChildProcess = fork(`dist/programs/${app}.js`, [], {
    env: {
      PATH: process.env['PATH'],
      LANDFALL_ENV: 'development',
      MANAGEMENT_HOST: '127.0.0.1',
      MANAGEMENT_PORT: '0',
      ...env,
    },
    // Not those of the test's own process: its conditions would resolve packages to their development builds.
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  // Not `exit`: the last output may still be in transit.
  const exited = once(child, 'close');
  const ready = (await Promise.race([once(child, 'message'), exited.then(() => null)])) as
    | [{ url?: string; managementUrl?: string }]
    | null;
  if (!ready) throw new Error(`${app} ended before it was ready:\n${output}`);
  if (app === 'api') watchContract(ready[0].url ?? '');
  return {
    url: ready[0].url ?? '',
    managementUrl: ready[0].managementUrl ?? '',
    pid: child.pid ?? 0,
    output: () => output,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}
