import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const missing = isRoot ? '' : ' (skipped: only root on Linux can set another name server for a process)';
/** What is left of the time that an engine gives a worker, when its grace is over. */
const limitMs = 10_000;

describe('the end of a process', () => {
  test.skipIf(!isRoot)(
    `is not held up by name servers that are silent${missing}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'landfall-shutdown-'));
      const names = join(folder, 'resolv.conf');
      await writeFile(names, 'search a.example b.example\nnameserver 127.53.53.53\n');
      const program = `
        import dgram from 'node:dgram';
        import dns from 'node:dns';
        import { closeOnSignal } from '${import.meta.dirname}/shutdown.ts';
        const logger = { info: console.log, error: console.log };
        const end = closeOnSignal(logger, 60_000, async () => undefined);
        const server = dgram.createSocket('udp4').on('message', () => end('asked'));
        server.bind(53, '127.53.53.53', () => dns.lookup('store', () => undefined));`;
      const command = 'mount --bind "$1" /etc/resolv.conf && exec "$2" --input-type=module --eval "$3"';
      const child = spawn(
        'unshare',
        ['--mount', 'sh', '-c', command, 'sh', names, process.execPath, program],
        {
          stdio: ['ignore', 'inherit', 'inherit'],
          timeout: limitMs,
          killSignal: 'SIGKILL',
          env: { PATH: process.env['PATH'] },
        },
      );
      const [code, signal] = await once(child, 'exit');
      await rm(folder, { recursive: true });
      expect({ code, signal }).toEqual({ code: 0, signal: null });
    },
    2 * limitMs,
  );
});
