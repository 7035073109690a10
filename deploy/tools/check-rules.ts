// `npm run check:rules`: checks the Prometheus rules and runs their tests.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPromtool } from './install-tools.ts';

const folder = fileURLToPath(new URL('../prometheus/', import.meta.url));
const stepTimeoutMs = 120_000;

const promtool = await installPromtool();
if (promtool === undefined) {
  console.log('check:rules skipped: installing promtool requires Go');
  process.exit(0);
}
for (const words of [
  ['check', 'config', '--syntax-only', 'prometheus.yaml'],
  ['check', 'rules', '--lint=all', '--lint-fatal', 'landfall-rules.yaml'],
  ['test', 'rules', 'landfall-rules.test.yaml'],
]) {
  const { status, error } = spawnSync(promtool, words, {
    cwd: folder,
    stdio: 'inherit',
    timeout: stepTimeoutMs,
  });
  if (status === 0) continue;
  console.error(`check:rules: promtool ${words.join(' ')} failed${error ? `: ${String(error)}` : ''}`);
  process.exit(1);
}
