import { pause } from '#runtime';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A death after so long is a new trouble, not more of the same. */
const healthyAfterMs = 60_000;

/** One life of a part of the local run. */
export interface Life {
  /** Resolves when it does its work; may never, or reject. */
  readonly ready: Promise<unknown>;
  /** Resolves when it is over, with a word on how. */
  readonly ended: Promise<string>;
}

export interface Part {
  readonly name: string;
  readonly logFile: string;
  /** Takes a line for the person at the terminal. */
  readonly tell: (line: string) => void;
  readonly launch: () => Life;
}

/** Starts a part again whenever it ends, after a pause that grows while it keeps ending, until the signal aborts. */
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
    tell(`${name} ended (${how}) and restarts in ${pauseMs / 1_000} s; see ${logFile}`);
    await pause(pauseMs, signal);
    if (signal.aborted) return;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    life = launch();
    // One that never gets ready ends, which tells why.
    life.ready.then(
      () => tell(`${name} is ready again`),
      () => undefined,
    );
  }
}
