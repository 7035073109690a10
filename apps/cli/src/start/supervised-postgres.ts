import { startPostgres, type LocalPostgres, type PostgresOptions } from '#local';
import { keepRunning, type Life } from './keep-running.js';

/** The embedded Postgres: started again whenever it ends, until it is told to stop. */
export class SupervisedPostgres {
  #postgres: Promise<LocalPostgres> | undefined;
  #keeping: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  /** @param tell takes a line for the person at the terminal */
  constructor(
    private readonly options: PostgresOptions,
    private readonly tell: (line: string) => void,
  ) {}

  /**
   * Its life is looked after from here on.
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
    // It may be on its way up just now.
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
