import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface CompilerOptions {
  /** The root of the clone, with node_modules and tsconfig.build.json. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Receives the compiler's errors, one line each. */
  readonly tell: (line: string) => void;
  /**
   * Called after each build without errors, including the first. Calls do not overlap: builds during a call are
   * combined into one further call.
   */
  readonly onBuilt: () => Promise<void>;
}

/** Runs the compiler in watch mode. */
export class WatchingCompiler {
  readonly #child;
  #built = false;
  #calling: Promise<void> | undefined;

  constructor(private readonly options: CompilerOptions) {
    const { root, env } = options;
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const words = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput', '--pretty', 'false'];
    this.#child = spawn(process.execPath, [compiler, ...words], {
      cwd: root,
      env,
      // In a session of its own, so that Ctrl-C reaches only this process.
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
    this.#child.once('error', (error) => options.tell(`the compiler cannot be started: ${error.message}`));
  }

  /** Kills the compiler and waits for the running call of `onBuilt`. */
  async stop(): Promise<void> {
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exited;
    }
    this.#built = false;
    await this.#calling;
  }

  #hear(line: string): void {
    const { root, tell } = this.options;
    if (/Starting (incremental )?compilation/.test(line)) {
      // From now on dist may not match the sources that `npm start` built, so the marker of an up-to-date build is
      // removed.
      void rm(join(root, 'dist/.landfall-built'), { force: true });
    } else if (/ Found 0 errors\./.test(line)) {
      this.#built = true;
      this.#calling ??= this.#call();
    } else if (line.trim() !== '') tell(line.replace(/^.* - (?=Found \d)/, ''));
  }

  async #call(): Promise<void> {
    while (this.#built) {
      this.#built = false;
      await this.options.onBuilt();
    }
    this.#calling = undefined;
  }
}
