import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { LandfallError, withTimeLimit } from '#runtime';
import { keepRunning, type Life } from './keep-running.js';
import { readSevereLine } from './severe-line.js';

const readyTimeoutMs = 60_000;

export interface AppOptions {
  readonly name: string;
  readonly modulePath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly nodeFlags: readonly string[];
  /** All output of the app is appended to this file. */
  readonly logFile: string;
  /** Prints a line to the terminal. */
  readonly tell: (line: string) => void;
}

/** An app in a child process that is restarted whenever it ends, until it is stopped. */
export class SupervisedApp {
  #child: ChildProcess | undefined;
  #keeping: Promise<void> = Promise.resolve();
  #stopping = new AbortController();

  constructor(readonly options: AppOptions) {}

  /**
   * Starts the app. Resolves when it reports that it is ready; from then on it is supervised.
   * @throws LandfallError local.process_failed if it does not become ready
   */
  async start(): Promise<void> {
    const { name, logFile } = this.options;
    const first = this.#launch();
    const failed = first.ended.then(async (how) => {
      const end = (await readFile(logFile, 'utf8')).split('\n').slice(-20).join('\n');
      throw new LandfallError(
        'local.process_failed',
        `${name} ended (${how}); ${logFile} ends with:\n${end}`,
      );
    });
    const started = Promise.race([first.ready, failed]);
    await withTimeLimit(started, readyTimeoutMs, 'local.process_failed', `${name}, see ${logFile}`);
    failed.catch(() => undefined); // from here on it is restarted when it ends
    const part = { ...this.options, launch: () => this.#launch() };
    this.#keeping = keepRunning(part, first, this.#stopping.signal);
  }

  /** Ends the app: SIGTERM, and SIGKILL if it still runs after `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child && isAlive(child)) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const killTimer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await exited;
      clearTimeout(killTimer);
    }
    await this.#keeping;
  }

  /** Stops the app like `stop`, then starts its current build like `start`. */
  async restart(limitMs: number): Promise<void> {
    await this.stop(limitMs);
    this.#stopping = new AbortController();
    await this.start();
  }

  #launch(): Life {
    const { name, modulePath, env, nodeFlags, logFile, tell } = this.options;
    // In a session of its own, so that Ctrl-C reaches only this process, which ends the apps in order.
    const child = fork(modulePath, [], {
      env,
      execArgv: [...nodeFlags],
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const log = createWriteStream(logFile, { flags: 'a' });
    for (const output of [child.stdout, child.stderr]) output?.pipe(log, { end: false });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const severe = readSevereLine(line);
        if (severe) tell(`${name}: ${severe}`);
      });
    }
    const ready = new Promise<void>((resolve) => {
      child.on('message', (message: { type?: unknown }) => message.type === 'ready' && resolve());
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => log.end(() => resolve(signal ?? `exit code ${code}`)));
    });
    return { ready, ended };
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
