import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';
import { runToItsEnd } from './spawn.mjs';

const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.landfall-installed');

/** Runs `npm ci` when node_modules is missing or is not what package-lock.json and this platform ask for. */
export async function installIfStale() {
  const stamp = createHash('sha256')
    .update(`${process.platform} ${process.arch} `)
    .update(readFileSync(lockFile))
    .digest('hex');
  if (readIfThere(stampFile) === stamp) return true;
  if (!existsSync(stampFile) && npmInstalledIt()) {
    writeFileSync(stampFile, stamp);
    return true;
  }
  console.error('Installing dependencies (npm ci) …');
  // npm's own words go to standard error: standard output is for the program that comes after.
  const parameters = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ];
  const { code } = await runToItsEnd('npm', parameters, {
    output: 2,
    env: { ...process.env, PATH: outerPath() },
  });
  if (code !== 0) {
    console.error('npm ci failed; see its output above. Fix the problem, then start again.');
    return false;
  }
  writeFileSync(stampFile, stamp);
  return true;
}

/** Whether somebody ran npm by hand: its own record of node_modules has every package of the lock file in that version. */
function npmInstalledIt() {
  const record = readIfThere(join(modules, '.package-lock.json'));
  if (!record) return false;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const there = JSON.parse(record).packages;
  return Object.entries(wanted).every(([place, { version, os, cpu, libc, optional }]) => {
    if (place === '' || (there[place] && there[place].version === version)) return true;
    // Packages for other platforms are not installed; neither are optional ones that cannot be.
    const isForThisOne = os?.includes(process.platform) && cpu?.includes(process.arch) && !libc;
    return optional && !isForThisOne;
  });
}

/** The PATH without our own node_modules, which hold a Node that npm is about to remove. */
function outerPath() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(modules))
    .join(delimiter);
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
