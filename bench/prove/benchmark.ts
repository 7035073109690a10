import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import type { Backend } from './parts/base.js';
import { prove } from './prove.js';
import { tellOutcome } from './tell.js';

/** What is run when nobody says otherwise. */
export const defaults = { uploads: 2_000, seed: 1, perSecond: 12 };

/** The crash suite as a benchmark. One that does not hold makes the exit code 1. */
export function measureProof(backend: Backend) {
  return async ({ signal, say }: BenchmarkOptions): Promise<Report> => {
    const outcome = await prove({ ...defaults, backend, signal, say });
    if (!outcome.holds) process.exitCode = 1;
    return tellOutcome(outcome, defaults);
  };
}
