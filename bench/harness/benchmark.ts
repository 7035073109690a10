/** What every benchmark is given. */
export interface BenchmarkOptions {
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Share of the usual amount of work, of a benchmark that takes long: 0 to 1. */
  readonly share: number;
  /** Folder in which a benchmark that fills a large database keeps it for the next run; by default nothing is kept. */
  readonly keep: string | undefined;
  /** Aborts when the run is to end early. */
  readonly signal: AbortSignal;
  /** Tells how far it is, on standard error. */
  readonly say: (line: string) => void;
}
