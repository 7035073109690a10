import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildApi, buildIfStale } from './build.mjs';
import { installIfStale } from './install.mjs';
import { withLock } from './lock.mjs';
import { root } from './root.mjs';
import { runToItsEnd } from './spawn.mjs';

const cli = join(root, 'dist/programs/landfall.js');
/** As containers run them: libs/local/src/node-flags.ts says why. */
const flagsOf = (command) =>
  command === 'api'
    ? ['--no-parallel-scavenge', '--max-semi-space-size=16']
    : ['--max-semi-space-size=1', '--heap-growing-percent=90'];
/** What Node has compiled before, for the programs that people wait for: a fifth of the time until they are ready. */
const compileCache = join(root, '.landfall/compile-cache');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** The tests that need nothing but the sources: vitest.config.ts says which. */
const isFast = (words) => words.includes('--fast');

/** What each npm script runs in the end, all by Node 24; a step that fails ends the list. */
const steps = {
  start: (words) => [[cli, 'start', ...words]],
  dev: (words) => [[cli, 'start', '--watch', ...words]],
  run: (words) => [[...flagsOf(words[0]), cli, ...words]],
  test: (words) =>
    isFast(words)
      ? [[vitest, 'run', '--project', 'fast', ...words.filter((word) => word !== '--fast')]]
      : [
          [cli, 'setup'],
          [vitest, 'run', ...words],
        ],
  'test:sdks': (words) => [
    [cli, 'setup'],
    [vitest, 'run', '--config', 'vitest.sdks.config.ts', ...words],
  ],
  fuzz: ([what = 'media', ...words]) => [
    [cli, 'setup'],
    [vitest, 'run', `tests/fuzz/${what}`, ...words],
  ],
  bench: (words) => [[join(root, 'dist/bench/main.js'), ...words]],
  prove: (words) => [[join(root, 'dist/bench/prove/main.js'), ...words]],
  'generate:client': (words) => [[join(root, 'clients/typescript/generate.mjs'), ...words]],
  // What all of them begin with, and no more.
  build: () => [],
};

/** Installs and builds what is stale, then becomes (as far as anybody can tell) the program that was asked for. */
export async function run([name, ...words]) {
  const list = steps[name]?.(words);
  if (name === 'fuzz') process.env.FUZZ_SECONDS ??= '300';
  if (['start', 'dev', 'run'].includes(name)) process.env.NODE_COMPILE_CACHE ??= compileCache;
  if (!list) return fail(`Usage: node apps/cli/bootstrap.mjs ${Object.keys(steps).join('|')} …`);
  const node = await withLock(async () => {
    if (!(await installIfStale())) return undefined;
    const found = findNode();
    return found && (await build(found, name, words)) ? found : undefined;
  });
  if (!node) return fail();
  for (const parameters of list) {
    const end = await runToItsEnd(node, parameters, { tellsOurEnd: ['start', 'dev', 'run'].includes(name) });
    if (end.code !== 0) return endLike(end);
  }
}

/** Builds what a script needs. */
async function build(node, name, words) {
  if (name === 'test' && isFast(words)) return true;
  // The client may not fit the api yet, nor what uses the client.
  return name === 'generate:client' ? buildApi(node) : buildIfStale(node);
}

/** Node 24 of the npm package `node`, or the Node that runs this when it is new enough. */
function findNode() {
  const own = join(root, 'node_modules/node/bin/node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error(
    `node_modules has no Node 24 for ${process.platform}-${process.arch}, perhaps because npm may not run install\n` +
      `scripts here (ignore-scripts). Install Node 24 yourself and try again; this is Node ${process.versions.node}.`,
  );
  return undefined;
}

function fail(message) {
  if (message) console.error(message);
  process.exitCode = 1;
}

/** Ends as the program ended, so that npm and the shell see what they would have seen. */
function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code ?? 1;
}
