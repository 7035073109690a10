import { startPostgres, type LocalPostgres, type PostgresOptions } from '#local';
import { keepRunning, type Life } from './keep-running.js';

/** The embedded Postgres, restarted whenever it ends, until it is stopped. */
export class SupervisedPostgres {
  #postgres: Promise<LocalPostgres> | undefined;
  #keeping: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  /** @param tell prints a line to the terminal */
  constructor(
    private readonly options: PostgresOptions,
    private readonly tell: (line: string) => void,
  ) {}

  /**
   * Starts Postgres. Once ready, it is supervised.
   * @throws LandfallError local.port_busy, local.postgres_failed
   */
  async start(): Promise<LocalPostgres> {
    const first = this.#launch();
    const postgres = await first.ready;
    const part = {
      name: 'postgres',
      logFile: this.options.logFile,
      tell: this.tell,
      launch: () => this.#launch(),
    };
    this.#keeping = keepRunning(part, first, this.#stopping.signal);
    return postgres;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // It may still be starting.
    const postgres = await this.#postgres?.catch(() => undefined);
    await postgres?.stop();
    await this.#keeping;
  }

  #launch(): Life & { ready: Promise<LocalPostgres> } {
    const ready = startPostgres(this.options);
    this.#postgres = ready;
    const ended = ready.then(
      async (postgres) => {
        await postgres.ended(this.#stopping.signal);
        return 'its process is gone';
      },
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    return { ready, ended };
  }
}
