/** A program of the run. Whenever it ends, it is started again, as a supervisor does. */
export interface Part {
  readonly name: string;
  /** Null while it is not running. */
  readonly pid: number | null;
  /** How often it ended without having been killed. */
  readonly endedByItself: number;
  /** SIGKILL, without a warning. */
  kill(): void;
  /** In order, and for good. */
  stop(): Promise<void>;
}

/** What a supervisor waits before it starts a program again. */
export const restartAfterMs = 500;
