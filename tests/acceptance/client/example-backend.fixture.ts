import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '#local';
import { eventually } from '#testing';
import { inject } from 'vitest';

const cli = 'dist/programs/landfall.js';

interface Facts {
  readonly apiUrl: string;
  readonly apiKey: string;
}

/** A program of ours as a person starts it. */
interface Running extends AsyncDisposable {
  output(): string;
}

async function startProgram(parameters: string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<Running> {
  // With the channel the local run ends when this process does.
  const child: ChildProcess = spawn(process.execPath, parameters, {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close');
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`it has ended:\n${output}`);
    return ready.test(output) || undefined;
  }, 120_000);
  return {
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

export interface Example extends AsyncDisposable {
  readonly facts: Facts;
  /** Where the example serves its page: an origin that is neither the api's nor the bucket's. */
  readonly url: string;
  /** Runs `landfall …` against the local run; gives what it printed. */
  landfall(...words: string[]): Promise<{ code: number | null; output: string; complaints: string }>;
  /** Starts the backend, with the secret of its webhook. */
  startBackend(secret: string): Promise<void>;
}

/** A local run that allows the page of the example, as its README says. */
export async function startExample(): Promise<Example> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-example-'));
  // As root Postgres runs as somebody else, who must reach it.
  await chmod(folder, 0o755);
  const { ffmpegPath, ffprobePath } = inject('services');
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const dataDir = join(folder, 'data');
  const common = { PATH: process.env['PATH'], LOCAL_DATA_DIR: dataDir };
  const run = await startProgram(
    [cli, 'start'],
    {
      ...common,
      LOCAL_POSTGRES_PORT: '0',
      API_PORT: '0',
      EMULATOR_PORT: '0',
      API_CORS_ORIGINS: url,
      FFMPEG_PATH: ffmpegPath,
      FFPROBE_PATH: ffprobePath,
    },
    /Landfall is running\./,
  );
  const facts = JSON.parse(await readFile(join(dataDir, 'local.json'), 'utf8')) as Facts;
  const backends: Running[] = [];
  return {
    facts,
    url,
    async landfall(...words) {
      const child = spawn(process.execPath, [cli, ...words], { env: common });
      let [output, complaints] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output, complaints };
    },
    async startBackend(secret) {
      const env = {
        ...common,
        PORT: port,
        LANDFALL_API_URL: facts.apiUrl,
        LANDFALL_API_KEY: facts.apiKey,
        WEBHOOK_SECRET: secret,
      };
      backends.push(await startProgram([resolve('examples/backend/server.ts')], env, /listening/));
    },
    async [Symbol.asyncDispose]() {
      for (const backend of backends) await backend[Symbol.asyncDispose]();
      await run[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
