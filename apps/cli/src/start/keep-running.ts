import { pause } from '#runtime';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A part that ran longer than this restarts after the initial pause again. */
const healthyAfterMs = 60_000;

/** One run of a part of the local run. */
export interface Life {
  /** Resolves when it is ready; may never resolve, or may reject. */
  readonly ready: Promise<unknown>;
  /** Resolves with a description of how it ended. */
  readonly ended: Promise<string>;
}

export interface Part {
  readonly name: string;
  readonly logFile: string;
  /** Prints a line to the terminal. */
  readonly tell: (line: string) => void;
  readonly launch: () => Life;
}

/** Restarts a part whenever it ends, with exponential backoff, until the signal aborts. */
export async function keepRunning(
  { name, logFile, tell, launch }: Part,
  first: Life,
  signal: AbortSignal,
): Promise<void> {
  let life = first;
  let pauseMs = firstPauseMs;
  for (;;) {
    const startedAt = Date.now();
    const how = await life.ended;
    if (signal.aborted) return;
    if (Date.now() - startedAt > healthyAfterMs) pauseMs = firstPauseMs;
    tell(`${name} ended (${how}); restarting in ${pauseMs / 1_000} s; see ${logFile}`);
    await pause(pauseMs, signal);
    if (signal.aborted) return;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    life = launch();
    // A part that fails to become ready ends, and its end is reported above.
    life.ready.then(
      () => tell(`${name} is ready again`),
      () => undefined,
    );
  }
}
