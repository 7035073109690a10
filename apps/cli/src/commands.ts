import { readWords } from './read-words.js';

/** A command receives the words after its name and the environment. Resolves with the exit code. */
type Run = (words: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>;

interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly run: Run;
}

/** Runs one of the apps in this process, so that in a container it receives the signals. */
function runApp(app: 'api' | 'worker' | 'oss-emulator'): Run {
  return async () => {
    await import(new URL(`../../${app}/src/main.js`, import.meta.url).href);
    return 0;
  };
}

/** All commands. Each loads its room only when it runs, so that `help` needs no database driver. */
export const commands = {
  start: {
    usage: 'start [--watch]',
    summary:
      'run everything on this machine: Postgres, OSS emulator, api and worker; with --watch, rebuild and restart what changes',
    run: async (words, env) => (await import('./start/start-local-run.js')).startLocalRun(words, env),
  },
  upload: {
    usage: 'upload [file …]',
    summary: 'upload files (or a sample picture) to the local run, like any OSS client',
    run: async (words, env) => (await import('./upload.js')).uploadFiles(words, env),
  },
  api: { usage: 'api', summary: 'run the api', run: runApp('api') },
  worker: {
    usage: 'worker',
    summary: 'run a worker; WORKER_QUEUES selects its queues',
    run: runApp('worker'),
  },
  emulator: { usage: 'emulator', summary: 'run the OSS emulator', run: runApp('oss-emulator') },
  migrate: {
    usage: 'migrate [--back]',
    summary:
      'migrate the tables of DATABASE_URL and QUEUE_URL (or of the local run), or revert the last migration',
    run: async (words, env) => (await import('./migrate.js')).migrate(words, env),
  },
  reprocess: {
    usage: 'reprocess [--rendition <name>]… [--where <name>=<value>]… [--cursor <cursor>] [--dry-run]',
    summary:
      'make the renditions again that are missing, have failed or differ from the current pipelines file',
    run: async (words, env) => (await import('./reprocess.js')).reprocess(words, env),
  },
  reconcile: {
    usage:
      'reconcile [--bucket <name>] [--prefix <prefix>] [--since <time or age>] [--until <time or age>] [--inventory <report>] [--dry-run] [--remake] [--remove-orphans] [--json]',
    summary:
      'compare the buckets with the uploads: register objects that have none, and find what else is missing or left over',
    run: async (words, env) => (await import('./reconcile.js')).reconcile(words, env),
  },
  check: {
    usage: 'check',
    summary: 'check the configuration and the pipelines file; print errors and warnings',
    run: async (_words, env) => (await import('./check.js')).check(env),
  },
  callback: {
    usage:
      'callback explain <file> [--key <pem file or URL>] [--prefix <path prefix>] [--url <callback URL>]',
    summary:
      'explain why the signature of a captured callback, or of one that the api logged, is valid or not',
    run: async (words, env) => (await import('./callback/explain.js')).runCallback(words, env),
  },
  'callback-url': {
    usage: 'callback-url',
    summary: 'print the secret callback URL, or a new secret for CALLBACK_URL_SECRETS if none is set',
    run: async (_words, env) => (await import('./callback/callback-url.js')).printCallbackUrl(env),
  },
  setup: {
    usage: 'setup',
    summary: 'find or install the tools that the tests need: ffmpeg and Redis',
    run: async () => (await import('./setup.js')).setUpTools(),
  },
  docs: {
    usage: 'docs',
    summary: 'regenerate docs/configuration.md, docs/errors.md and .env.example',
    run: async () => (await import('./docs/write-docs.js')).writeDocs('.'),
  },
  help: { usage: 'help', summary: 'print this help', run: async () => printHelp() },
} satisfies Record<string, Command>;

export function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

/**
 * Runs a command. @throws LandfallError request.invalid for unknown words, and the errors of the
 * command
 */
export async function runCommand(
  name: keyof typeof commands,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { usage, run }: Command = commands[name];
  if (usage === name) readWords(usage, words, {});
  return run(words, env);
}

/** Returns the usage of one command. */
export function printUsage(name: keyof typeof commands): void {
  console.log(`landfall ${commands[name].usage}\n\n${commands[name].summary}`);
}

function printHelp(): number {
  console.log('landfall <command>\n');
  for (const { usage, summary } of Object.values<Command>(commands))
    console.log(`  ${usage.padEnd(18)} ${summary}`);
  return 0;
}
