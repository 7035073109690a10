import type { TestModule } from 'vitest/node';

/** Number of files shown; a run of fewer files shows none. */
export const slowestShown = 10;

/**
 * The ten slowest files, one line each: seconds from their import to their end, and their number of
 * tests.
 */
export function slowestFiles(modules: readonly TestModule[]): string[] {
  return modules
    .map((module) => ({ module, elapsedMs: elapsedMsOf(module) }))
    .toSorted((left, right) => right.elapsedMs - left.elapsedMs)
    .slice(0, slowestShown)
    .map(({ module, elapsedMs }) => {
      const tests = [...module.children.allTests()].length;
      return `${(elapsedMs / 1_000).toFixed(1).padStart(8)} s  ${module.relativeModuleId} (${tests})`;
    });
}

function elapsedMsOf(module: TestModule): number {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  return environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
}
