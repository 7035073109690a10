// `npm run check:chart`: lints the chart, renders it with each of its ci values, and validates the result against the
// schemas of Kubernetes and KEDA.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installTools, type Tools } from './install-tools.ts';
import { chart, deployFolder, isManifestCurrent } from './plain-manifest.ts';

const stepTimeoutMs = 120_000;

/**
 * Runs a program and exits if it fails; its output is shown only then.
 * @returns its standard output
 */
function step(title: string, program: string, words: string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    input,
    timeout: stepTimeoutMs,
    maxBuffer: 16 * 1024 ** 2,
  });
  if (status === 0) return stdout;
  console.error(`check:chart: ${title} failed\n${stdout}${stderr}${error ? String(error) : ''}`);
  process.exit(1);
}

function conform({ kubeconform, schemas }: Tools, title: string, text: string): void {
  const location = join(schemas, '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json');
  const words = ['-strict', '-summary', '-schema-location', location, '-'];
  console.log(`${title}: ${step(`kubeconform of ${title}`, kubeconform, words, text).trim()}`);
}

const tools = await installTools();
if (!tools) {
  console.log('check:chart skipped: installing Helm and kubeconform requires Go');
  process.exit(0);
}
for (const name of readdirSync(join(chart, 'ci')).sort()) {
  const values = join(chart, 'ci', name);
  step(`helm lint with ${name}`, tools.helm, ['lint', '--strict', chart, '--values', values]);
  const words = ['template', 'landfall', chart, '--namespace', 'media', '--values', values];
  conform(tools, name, step(`helm template with ${name}`, tools.helm, words));
}
if (!(await isManifestCurrent(tools.helm))) {
  console.error(
    `check:chart: ${deployFolder}kubernetes/landfall.yaml differs from the chart: run npm run generate:manifest`,
  );
  process.exit(1);
}
