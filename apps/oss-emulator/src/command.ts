#!/usr/bin/env node
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closeOnSignal, developmentSecrets, isLandfallError } from '#runtime';
import { startConfigured } from './start-configured.js';

/**
 * The `oss-emulator` command: runs the emulator alone, for the tests of other projects (docs/emulator.md). Prints one
 * line of JSON once it listens and logs to standard error.
 */
const usage = `oss-emulator [--port <port>] [--data-dir <folder>] [--bucket <name>]… [--end-with-stdin]

  --port <port>         where it listens; a free port if not given
  --data-dir <folder>   where it stores objects; a temporary folder, removed in the end, if not given
  --bucket <name>       a bucket that it creates; may be given several times
  --end-with-stdin      end when standard input does, as when the process that started this one is gone

Once it listens, it prints one line of JSON: endpoint, region, buckets, accessKeyId, accessKeySecret.
SIGTERM and SIGINT end it. EMULATOR_… and LOG_LEVEL in the environment are settings, too.`;

try {
  const words = readWords();
  if (words.help) console.log(usage);
  else await run(words);
} catch (error) {
  console.error(isLandfallError(error) ? `oss-emulator: ${error.message}` : error);
  process.exitCode = 1;
}

function readWords() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        bucket: { type: 'string', multiple: true },
        'end-with-stdin': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    console.error(`oss-emulator: ${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`);
    process.exit(1);
  }
}

async function run(words: ReturnType<typeof readWords>): Promise<void> {
  const dataDir = words['data-dir'] ?? process.env['EMULATOR_DATA_DIR'];
  const temporary = dataDir ? undefined : await mkdtemp(join(tmpdir(), 'oss-emulator-'));
  const removeTemporary = async () => {
    if (temporary) await rm(temporary, { recursive: true, force: true });
  };
  try {
    const { emulator, logger, settings } = await startConfigured(
      {
        EMULATOR_PORT: '0',
        EMULATOR_ACCESS_KEY_ID: developmentSecrets.accessKeyId,
        EMULATOR_ACCESS_KEY_SECRET: developmentSecrets.accessKeySecret,
        LOG_LEVEL: 'warn',
        // A temporary folder need not survive a power loss.
        ...(temporary && { EMULATOR_FSYNC: 'false' }),
        ...process.env,
        EMULATOR_DATA_DIR: dataDir ?? temporary,
        ...(words.port && { EMULATOR_PORT: words.port }),
        ...(words.bucket && { EMULATOR_BUCKETS: words.bucket.join(',') }),
      },
      process.stderr,
    );
    const end = closeOnSignal(logger, 5_000, async () => {
      await emulator.close();
      await removeTemporary();
    });
    if (words['end-with-stdin']) process.stdin.once('end', () => end('standard input ended')).resume();
    // An IP address needs no DNS lookup and makes SDKs use path-style requests.
    const endpoint = emulator.url.replace('//localhost:', '//127.0.0.1:');
    const { region, buckets, accessKeyId, accessKeySecret } = settings;
    console.log(JSON.stringify({ endpoint, region, buckets, accessKeyId, accessKeySecret }));
  } catch (error) {
    await removeTemporary();
    throw error;
  }
}
