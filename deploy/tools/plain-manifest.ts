import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);

export const deployFolder: string = fileURLToPath(new URL('..', import.meta.url));
export const chart: string = join(deployFolder, 'helm/landfall');
const manifest = join(deployFolder, 'kubernetes/landfall.yaml');
const values = join(deployFolder, 'kubernetes/values.yaml');

const head = `# Landfall without Helm: docs/operators/kubernetes.md explains how to use this file.
# Written by \`npm run generate:manifest\` from deploy/helm/landfall and values.yaml in this folder.
`;

/** Labels and annotations that only Helm uses: hook order and ownership. */
const helmOnly = ['helm.sh/', 'app.kubernetes.io/managed-by'];

interface KubernetesObject {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
}

/** Renders the chart for `kubectl apply`, ordered so that each object finds its dependencies. */
async function renderPlainManifest(helm: string): Promise<string> {
  const words = ['template', 'landfall', chart, '--namespace', 'landfall', '--values', values];
  const { stdout } = await run(helm, words, { maxBuffer: 16 * 1024 ** 2 });
  const documents = parseAllDocuments(stdout.replaceAll(/^(# Source: .*)?\n/gm, ''));
  const objects = documents.map((document) => {
    const { metadata } = document.toJS() as KubernetesObject;
    for (const [field, entries] of Object.entries({
      labels: metadata.labels,
      annotations: metadata.annotations ?? {},
    }))
      for (const name of Object.keys(entries).filter((each) => helmOnly.some((own) => each.startsWith(own))))
        document.deleteIn(['metadata', field, name]);
    const isHook = metadata.annotations?.['helm.sh/hook'] !== undefined;
    if (isHook) document.deleteIn(['metadata', 'annotations']);
    return { isHook, text: document.toString({ lineWidth: 0 }).replace(/^---\n/, '') };
  });
  const ordered = [...objects.filter(({ isHook }) => isHook), ...objects.filter(({ isHook }) => !isHook)];
  return [head, ...ordered.map(({ text }) => text)].join('---\n');
}

/** Whether the file matches the output of `renderPlainManifest`. */
export async function isManifestCurrent(helm: string): Promise<boolean> {
  return (await readFile(manifest, 'utf8').catch(() => '')) === (await renderPlainManifest(helm));
}

export async function writeManifest(helm: string): Promise<void> {
  await writeFile(manifest, await renderPlainManifest(helm));
}
