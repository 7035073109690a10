import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { pause } from '#runtime';
import { type Part, restartAfterMs } from './part.js';

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

export interface AppOptions {
  readonly name: string;
  /** Absolute path of the module. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** Its output is appended to this file. */
  readonly logFile: string;
}

/** One of our programs in a child process, restarted whenever it ends. */
export class App implements Part {
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #isKilled = false;
  endedByItself = 0;

  private constructor(
    private readonly options: AppOptions,
    private readonly log: FileHandle,
  ) {}

  /** @throws Error if it does not become ready */
  static async start(options: AppOptions): Promise<App> {
    const app = new App(options, await open(options.logFile, 'a'));
    const child = app.#launch();
    const signal = AbortSignal.timeout(readyTimeoutMs);
    const ready = await Promise.race([
      once(child, 'message', { signal }).then(() => true),
      once(child, 'exit', { signal }).then(() => false),
    ]).catch(() => false);
    if (ready) return app;
    await app.stop();
    throw new Error(`${options.name} does not start: see ${options.logFile}`);
  }

  get name(): string {
    return this.options.name;
  }

  get pid(): number | null {
    const child = this.#child;
    return child && isAlive(child) ? (child.pid ?? null) : null;
  }

  kill(): void {
    this.#isKilled = true;
    this.#child?.kill('SIGKILL');
  }

  /** SIGSTOP suspends it until SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Its exit code; null while it runs, or if it was killed. */
  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    const child = this.#child;
    if (child && isAlive(child)) {
      const exited = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const killTimer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(killTimer);
    }
    await this.log.close();
  }

  #launch(): ChildProcess {
    // In a session of its own: Ctrl-C in the terminal reaches only this process, which ends the programs in order.
    const child = fork(this.options.path, [], {
      env: { MALLOC_ARENA_MAX: '2', ...this.options.env },
      execArgv: [...this.options.flags],
      detached: true,
      stdio: ['ignore', this.log.fd, this.log.fd, 'ipc'],
    });
    child.once('exit', () => void this.#startAgain());
    this.#child = child;
    return child;
  }

  async #startAgain(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    if (!this.#isKilled) this.endedByItself += 1;
    this.#isKilled = false;
    await pause(restartAfterMs, this.#stopping.signal);
    if (!this.#stopping.signal.aborted) this.#launch();
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
