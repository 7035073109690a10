import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeFlags, workerFlags } from '#local';

const readyTimeoutMs = 30_000;
const endTimeoutMs = 10_000;

/** A built program of ours in a process of its own. */
export interface Program extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Where it listens; empty when it does not. */
  readonly url: string;
  /** Sends a message and waits for the answer. */
  ask<Answer>(message: object, timeoutMs: number): Promise<Answer>;
}

/**
 * Starts a module of dist and waits until it says `{ type: 'ready' }`.
 * @param path of the built module, seen from dist
 * @throws Error with the last lines that it printed, when it ends before
 */
export async function startProgram(
  name: string,
  path: string,
  env: Record<string, string> = {},
): Promise<Program> {
  const isOurs = path.startsWith('programs/');
  const modulePath = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  // A session of its own: a Ctrl-C in the terminal is for us, and we end the programs in order. Killed with us they end
  // too, because their channel breaks.
  const child = fork(modulePath, [], {
    // Our apps as they ship: see the Dockerfile.
    env: isOurs ? { MALLOC_ARENA_MAX: '2', ...env } : env,
    execArgv: isOurs ? flagsOf(path) : [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
  }
  const receive = async <Answer>(timeoutMs: number): Promise<Answer> => {
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const ended = once(child, 'exit', { signal }).then(() => {
        throw new Error('it ended');
      });
      const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
      return message as Answer;
    } catch (cause) {
      throw new Error(`${name} gives no answer; it printed:\n${output}`, { cause });
    } finally {
      settled.abort();
    }
  };
  try {
    const { url = '' } = await receive<{ url?: string }>(readyTimeoutMs);
    return {
      name,
      pid: child.pid ?? 0,
      url,
      ask: (message, timeoutMs) => {
        child.send(message);
        return receive(timeoutMs);
      },
      [Symbol.asyncDispose]: () => endChild(child),
    };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killTimer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  await exited;
  clearTimeout(killTimer);
}

/** As `npm start` and the containers run them. */
function flagsOf(path: string): string[] {
  return path === 'programs/api.js' ? nodeFlags : workerFlags;
}
