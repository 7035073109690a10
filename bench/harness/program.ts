import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeFlags, workerFlags } from '#local';

const readyTimeoutMs = 30_000;
const endTimeoutMs = 10_000;

/** One of our built programs, in a child process. */
export interface Program extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** The URL on which it listens; empty if it does not. */
  readonly url: string;
  /** Sends a message and waits for the response. */
  ask<Answer>(message: object, timeoutMs: number): Promise<Answer>;
}

/**
 * Starts a module of dist and waits until it sends `{ type: 'ready' }`.
 * @param path of the built module, relative to dist
 * @throws Error with the last output of the program, if it exits or does not become ready in time
 */
export async function startProgram(
  name: string,
  path: string,
  env: Record<string, string> = {},
): Promise<Program> {
  const isOurs = path.startsWith('programs/');
  const modulePath = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  // In a session of its own: Ctrl-C in the terminal reaches only this process, which ends the programs in order. If
  // this process is killed, they end because their IPC channel closes.
  const child = fork(modulePath, [], {
    // Our apps as they are shipped; see the Dockerfile.
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
