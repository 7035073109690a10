import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface CompilerOptions {
  /** The clone's folder, with the modules and tsconfig.build.json. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes what the compiler says of errors, a line each. */
  readonly tell: (line: string) => void;
  /** Called after each build without errors, also the first; one call at a time, and builds meanwhile are told by one call. */
  readonly onBuilt: () => Promise<void>;
}

/** The compiler as it watches the sources, and builds what has changed. */
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
      // A session of its own: a Ctrl-C in the terminal is for us.
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
    this.#child.once('error', (error) => options.tell(`the compiler cannot be started: ${error.message}`));
  }

  /** Ends the compiler, and waits for the call that is under way. */
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
      // What lies in dist is from now on that of other sources than `npm start` has built: it must look for itself.
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
