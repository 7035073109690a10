import { join } from 'node:path';
import { startPostgres, startRedis } from '#local';
import { pause } from '#runtime';
import { readPid } from '../../harness/services.js';
import { type Part, restartAfterMs } from './part.js';

/** A running service of either kind. */
interface Running {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Postgres or Redis with persistent data, always on the same port. */
export class Service implements Part {
  readonly endedByItself = 0;
  #running: Running | null;
  #restart: Promise<void> = Promise.resolve();
  #isStopping = false;
  readonly url: string;

  private constructor(
    readonly name: string,
    private readonly start: () => Promise<Running>,
    running: Running,
  ) {
    this.#running = running;
    this.url = running.url;
  }

  /** As durable as in production: whatever was confirmed before a kill must still be there. */
  static async postgres(folder: string, port: number): Promise<Service> {
    const dataDir = join(folder, 'postgres');
    const start = async () => {
      const postgres = await startPostgres({ dataDir, port, logFile: join(folder, 'postgres.log') });
      return { pid: await readPid(postgres), url: postgres.url, stop: () => postgres.stop() };
    };
    return new Service('postgres', start, await start());
  }

  static async redis(folder: string, port: number): Promise<Service> {
    const start = () => startRedis({ dataDir: join(folder, 'redis'), port });
    return new Service('redis', start, await start());
  }

  get pid(): number | null {
    return this.#running?.pid ?? null;
  }

  kill(): void {
    if (!this.#running) return;
    process.kill(this.#running.pid, 'SIGKILL');
    this.#running = null;
    this.#restart = this.#startAgain();
    // `stop` reports the error; this prevents an unhandled rejection.
    this.#restart.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#restart;
    await this.#running?.stop();
    this.#running = null;
  }

  async #startAgain(): Promise<void> {
    await pause(restartAfterMs);
    // The port and locks on the data may not be released yet.
    for (let tries = 1; !this.#running && !this.#isStopping; tries += 1) {
      try {
        this.#running = await this.start();
      } catch (error) {
        if (tries === 20) throw error;
        await pause(restartAfterMs);
      }
    }
  }
}
