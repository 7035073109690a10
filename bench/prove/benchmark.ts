import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import type { Backend } from './parts/base.js';
import { prove } from './prove.js';
import { tellOutcome } from './tell.js';

/** The default settings of a run. */
export const defaults = { uploads: 2_000, seed: 1, perSecond: 12 };

/** The crash suite as a benchmark. A run that does not hold sets the exit code to 1. */
export function measureProof(backend: Backend) {
  return async ({ signal, say }: BenchmarkOptions): Promise<Report> => {
    const outcome = await prove({ ...defaults, backend, signal, say });
    if (!outcome.holds) process.exitCode = 1;
    return tellOutcome(outcome, defaults);
  };
}
