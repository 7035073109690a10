import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeSchemas } from './write-schemas.ts';

const run = promisify(execFile);

/** A program that Go builds from a module. */
interface Program {
  module: string;
  name: string;
  version: string;
  tags?: string;
}

/** The tools that render and check the chart and the rules, as Go modules. */
const helm: Program = { module: 'helm.sh/helm/v4', name: 'helm', version: 'v4.3.1' };
const kubeconform: Program = {
  module: 'github.com/yannh/kubeconform',
  name: 'kubeconform',
  version: 'v0.8.0',
};
/** Built without service discovery for clouds, which is most of its code. */
const promtool: Program = {
  module: 'github.com/prometheus/prometheus',
  name: 'promtool',
  version: 'v0.316.0',
  tags: 'remove_all_sd',
};
/** Modules whose sources contain the schemas of cluster resources. */
const kubernetes = { module: 'k8s.io/kubernetes', version: 'v1.37.2' };
const keda = { module: 'github.com/kedacore/keda/v2', version: 'v2.20.2' };

const cache = fileURLToPath(new URL('../../node_modules/.cache/landfall-chart', import.meta.url));
/** Enough to build two programs from source on a small machine with an empty cache. */
const installTimeoutMs = 1_200_000;

const fileOf = ({ name, version }: Program) => join(cache, `${name}-${version}`, name);

/** The `helm` installed by `installTools`. Another version might produce different output. */
export function findHelm(): string | undefined {
  return existsSync(fileOf(helm)) ? fileOf(helm) : undefined;
}

function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

export interface Tools {
  helm: string;
  kubeconform: string;
  /** Folder with the schemas for kubeconform. */
  schemas: string;
}

/**
 * Installs missing tools in the versions above; later runs need no network. Undefined on a machine without Go.
 * @throws the error of Go, if a module is unavailable
 */
export async function installTools(): Promise<Tools | undefined> {
  const go = findProgram('go');
  if (go === undefined) return undefined;
  for (const tool of [kubeconform, helm]) await installProgram(go, tool);
  const schemas = join(cache, `schemas-${kubernetes.version}-${keda.version}`);
  if (!existsSync(schemas)) {
    const unfinished = `${schemas}-${process.pid}`;
    await writeSchemas(await folderOf(go, kubernetes), await folderOf(go, keda), unfinished);
    await rm(schemas, { recursive: true, force: true });
    await rename(unfinished, schemas);
  }
  return { helm: fileOf(helm), kubeconform: fileOf(kubeconform), schemas };
}

/**
 * Installs promtool if it is missing. Undefined on a machine without Go.
 * @throws the error of Go, if it is unavailable
 */
export async function installPromtool(): Promise<string | undefined> {
  const go = findProgram('go');
  if (go === undefined) return undefined;
  await installProgram(go, promtool);
  return fileOf(promtool);
}

async function installProgram(go: string, tool: Program): Promise<void> {
  if (existsSync(fileOf(tool))) return;
  console.log(`installing ${tool.module} ${tool.version}`);
  const tags = tool.tags === undefined ? [] : ['-tags', tool.tags];
  await run(go, ['install', ...tags, `${tool.module}/cmd/${tool.name}@${tool.version}`], {
    env: { ...process.env, GOBIN: join(fileOf(tool), '..') },
    timeout: installTimeoutMs,
  });
}

/** The folder with the sources of a module. */
async function folderOf(go: string, { module, version }: typeof kubernetes): Promise<string> {
  const { stdout } = await run(go, ['mod', 'download', '-json', `${module}@${version}`], {
    timeout: installTimeoutMs,
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}
