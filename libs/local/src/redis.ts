import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { LandfallError, pause } from '#runtime';
import { portIsFree } from './ports.js';
import { ensureRedis } from './system-tools.js';

const startTimeoutMs = 20_000;
const stopTimeoutMs = 5_000;

interface RedisOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Further settings of redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface LocalRedis {
  /** redis://127.0.0.1:<port> */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts redis-server or valkey-server as a child process with the two settings BullMQ needs: an
 * append-only file, and no eviction. It keeps its data in `dataDir` and listens only on 127.0.0.1.
 * @throws LandfallError local.port_busy, local.redis_failed
 */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const found = await ensureRedis();
  if (found.missing) throw new LandfallError('local.redis_failed', `install it: ${found.command}`);
  if (!(await portIsFree(options.port)))
    throw new LandfallError('local.port_busy', `Redis cannot listen on port ${options.port}`);
  await mkdir(options.dataDir, { recursive: true });
  const settings = {
    bind: '127.0.0.1',
    port: String(options.port),
    dir: options.dataDir,
    // Relative to `dir`.
    pidfile: 'redis.pid',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
    save: '',
    ...options.settings,
  };
  const parameters = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  // Detached, so Ctrl-C in the terminal reaches only this process, which then stops Redis in order.
  const child = spawn(found.path, parameters, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_096);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const killTimer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(killTimer);
  };

  const ready = await Promise.race([waitForPong(options.port), exited.then(() => false)]);
  if (!ready || child.pid === undefined) {
    await stop();
    throw new LandfallError('local.redis_failed', `${found.path} says:\n${said}`);
  }
  return { url: `redis://127.0.0.1:${options.port}`, pid: child.pid, stop };
}

/** Polls until Redis answers PING with PONG or NOAUTH. While it loads its data, it answers with another error. */
async function waitForPong(port: number): Promise<boolean> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (await ping(port)) return true;
    await pause(20);
  }
  return false;
}

async function ping(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(1_000, () => socket.destroy(new Error('no response')));
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return /^(\+PONG|-NOAUTH)/.test(String(answer));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
