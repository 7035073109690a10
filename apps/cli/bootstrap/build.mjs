import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { runToItsEnd } from './spawn.mjs';

const stampFile = join(root, 'dist/.landfall-built');
const sources = [
  'apps',
  'clients',
  'libs',
  'migrations',
  'bench',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  // The packages are in the programs.
  'package-lock.json',
];

const compile = (project) => ['node_modules/typescript/bin/tsc', '-p', project];
/** Our code, the client as the package that others install, the programs as they are run, and the console. */
const allSteps = [
  compile('tsconfig.build.json'),
  compile('clients/typescript'),
  ['apps/cli/bootstrap/bundle.mjs'],
  ['node_modules/vite/bin/vite.js', 'build', 'apps/console', '--logLevel', 'warn'],
];
/** The api alone: it imports no client, and so compiles whatever the client lacks. */
const apiSteps = [compile('tsconfig.api.json')];

/** Builds when the sources are not those that dist was made from. @param node runs what builds */
export async function buildIfStale(node) {
  const stamp = hashSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  // Without a stamp nobody can say what dist is: the compiler begins anew too.
  if (!existsSync(stampFile)) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  if (!(await build(node, allSteps))) return false;
  writeFileSync(stampFile, stamp);
  return true;
}

/** Compiles what the contract is read from; the next build does the rest. */
export const buildApi = (node) => build(node, apiSteps);

async function build(node, steps) {
  console.error('Building …');
  // A build that fails, is killed or is of a part leaves dist of no sources at all.
  rmSync(stampFile, { force: true });
  for (const parameters of steps) {
    const { code } = await runToItsEnd(node, parameters, { output: 2 });
    if (code !== 0) {
      console.error('The build failed; see the errors above.');
      return false;
    }
  }
  return true;
}

/** One hash over the names and contents of all sources: a few hundred small files, some milliseconds. */
function hashSources() {
  const hash = createHash('sha256');
  for (const place of sources) addToHash(hash, place);
  return hash.digest('hex');
}

function addToHash(hash, place) {
  const path = join(root, place);
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => name !== 'node_modules' && name !== 'dist');
    for (const name of names.sort()) addToHash(hash, join(place, name));
  } else if (!/\.(test|fixture)\.ts$/.test(place)) {
    hash.update(`${place}\0`).update(readFileSync(path)).update('\0');
  }
}
