import type { Reporter, TestModule } from 'vitest/node';
import { slowestFiles, slowestShown } from './slowest-files.js';

/**
 * Ends the output with the ten slowest files, if there are more than ten, and one plain line: `N
 * passed, N failed[, N skipped]`. A file that cannot be loaded counts as failed, and so does a
 * `describe` whose `beforeAll` or `afterAll` fails.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const suite of [module, ...module.children.allSuites()])
        if (suite.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') count[state] += 1;
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    const last = `${count.passed} passed, ${count.failed} failed${skipped}`;
    const lines =
      modules.length > slowestShown ? ['Slowest files:', ...slowestFiles(modules), '', last] : [last];
    // After the other reporters have written theirs.
    process.once('exit', () => console.log(lines.join('\n')));
  }
}
