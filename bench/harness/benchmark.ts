/** The options of every benchmark. */
export interface BenchmarkOptions {
  readonly rounds: number;
  /** Length of one measurement, in seconds. */
  readonly seconds: number;
  /** Share of the usual amount of work, from 0 to 1, for a benchmark that takes long. */
  readonly share: number;
  /** Folder in which a benchmark keeps its large database for the next run; if undefined, nothing is kept. */
  readonly keep: string | undefined;
  /** Aborts to end the run early. */
  readonly signal: AbortSignal;
  /** Reports progress on standard error. */
  readonly say: (line: string) => void;
}
