/** What every benchmark is given. */
export interface BenchmarkOptions {
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Share of the usual amount of work, of a benchmark that takes long: 0 to 1. */
  readonly share: number;
  /** Aborts when the run is to end early. */
  readonly signal: AbortSignal;
  /** Tells how far it is, on standard error. */
  readonly say: (line: string) => void;
}
