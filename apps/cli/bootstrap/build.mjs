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
];

/** Our programs, and the client as the package that others install. */
const projects = ['tsconfig.build.json', 'clients/typescript'];

/** Compiles when the sources are not those that dist was made from. */
export async function buildIfStale() {
  const stamp = hashSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  console.error('Building …');
  // Without a stamp nobody can say what dist is: the compiler begins anew too.
  if (!existsSync(stampFile)) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  // A build that fails or is killed leaves dist half written: then it is of no sources at all.
  rmSync(stampFile, { force: true });
  for (const project of projects) {
    const parameters = [join(root, 'node_modules/typescript/bin/tsc'), '-p', project];
    const { code } = await runToItsEnd(process.execPath, parameters, { output: 2 });
    if (code !== 0) {
      console.error('The build failed. The compiler says why above.');
      return false;
    }
  }
  writeFileSync(stampFile, stamp);
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
