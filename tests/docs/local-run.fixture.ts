import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually, type UploadView } from '#testing';
import { Client } from 'pg';
import { inject } from 'vitest';

const run = promisify(execFile);
const command = resolve('dist/programs/landfall.js');

interface LocalRunFacts {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly callbackUrl: string;
  readonly databaseUrl: string;
  readonly oss: { readonly endpoint: string; readonly bucket: string };
}

/** A local run as `npm start` brings it up, in the folder where the blocks of a page run. */
export interface DocsRun extends AsyncDisposable {
  readonly facts: LocalRunFacts;
  /** Runs a script as a person in the clone would, and gives what it printed. A command that fails is an error. */
  runShell(script: string): Promise<string>;
  /** Runs SQL that reads, and gives the rows. */
  query(statement: string): Promise<unknown[]>;
  /** Runs a module that may import the packages of the clone. */
  runModule(source: string): Promise<string>;
}

/** `files` are those that the pages upload. */
export async function startDocsRun(files: Readonly<Record<string, Buffer>>): Promise<DocsRun> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-docs-'));
  // As root Postgres runs as somebody else, who must reach it.
  await chmod(folder, 0o755);
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const { ffmpegPath, ffprobePath } = inject('services');
  const dataDir = join(folder, '.landfall');
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    LOCAL_DATA_DIR: dataDir,
    LOCAL_POSTGRES_PORT: '0',
    API_PORT: '0',
    EMULATOR_PORT: '0',
    PIPELINES_FILE: resolve('pipelines.yaml'),
    FFMPEG_PATH: ffmpegPath,
    FFPROBE_PATH: ffprobePath,
  };
  // With the channel it ends when this process does.
  const child = spawn(process.execPath, [command, 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  await eventually(() => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it has ended:\n${output}`);
    return output.includes('Landfall is running.') || undefined;
  }, 120_000);
  const facts = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8')) as LocalRunFacts;

  /** The pages have the usual addresses; these ports are free ones. */
  const here = (text: string) =>
    text
      .replaceAll('http://localhost:3000', facts.apiUrl)
      .replaceAll('http://localhost:9000', facts.oss.endpoint);
  // What npm would run after it has built; and curl fails where the answer is an error.
  const prelude = `
    npm() { while [ "$1" != -- ]; do shift; done; shift; "$NODE" "$COMMAND" "$@"; }
    curl() { command curl --silent --show-error --fail-with-body "$@"; }
    set -eu
  `;
  const inside = { cwd: folder, env: { ...env, NODE: process.execPath, COMMAND: command } };
  const runShell = async (script: string, more: Record<string, string> = {}) => {
    const options = { ...inside, env: { ...inside.env, ...more } };
    return (await run('sh', ['-c', prelude + here(script)], options)).stdout;
  };
  // The pages call the id of an upload $ID.
  const { id } = JSON.parse(await runShell('npm run landfall -- upload')) as { id: string };
  return {
    facts,
    async runShell(script) {
      await eventually(() => isAtRest(facts, id));
      return runShell(script, { ID: id });
    },
    async query(statement) {
      const client = new Client({
        connectionString: facts.databaseUrl,
        options: '-c default_transaction_read_only=on',
      });
      await client.connect();
      try {
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    },
    async runModule(source) {
      const file = join(folder, 'block.mjs');
      await writeFile(file, here(source));
      return (await run(process.execPath, [file], inside)).stdout;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** While its renditions are made, for the first time or again, an upload has another ETag from moment to moment. */
async function isAtRest({ apiUrl, apiKey }: LocalRunFacts, id: string): Promise<true | undefined> {
  const answer = await fetch(`${apiUrl}/v1/uploads/${id}`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const { status, renditions } = (await answer.json()) as UploadView;
  const isMaking = status === 'stored' || status === 'processing';
  return (!isMaking && renditions.every((rendition) => rendition.status !== 'pending')) || undefined;
}
