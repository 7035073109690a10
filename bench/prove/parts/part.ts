/** A program of the run, restarted whenever it ends, as by a supervisor. */
export interface Part {
  readonly name: string;
  /** Null while it is not running. */
  readonly pid: number | null;
  /** How often it ended without having been killed. */
  readonly endedByItself: number;
  /** Sends SIGKILL. */
  kill(): void;
  /** Stops it gracefully and permanently. */
  stop(): Promise<void>;
}

/** Delay before a supervisor restarts a program. */
export const restartAfterMs = 500;
