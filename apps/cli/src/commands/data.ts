import { type AddCommands, collect } from './context.js';

/** Commands that work directly on the database and the buckets, without the api. */
export const addDataCommands: AddCommands = (program, { env, end }) => {
  program.commandsGroup('Operate:');
  program
    .command('migrate')
    .summary('migrate the tables')
    .description('Migrate the tables of DATABASE_URL and QUEUE_URL, or of the local run.')
    .option('--back', 'revert the last migration instead')
    .action(async ({ back = false }) => end(await (await import('../migrate.js')).migrate({ back }, env)));
  program
    .command('reprocess')
    .summary('make renditions again')
    .description(
      'Make the renditions again that are missing, have failed or differ from the current pipelines file.',
    )
    .option('--rendition <name>', 'only the renditions of this name; may be repeated', collect)
    .option('--where <name=value>', 'only uploads that match this filter; may be repeated', collect)
    .option('--cursor <cursor>', 'continue where a run stopped')
    .option('--dry-run', 'only count')
    .action(async (options) => end(await (await import('../reprocess.js')).reprocess(options, env)));
  program
    .command('reconcile')
    .summary('compare the buckets with the uploads')
    .description(
      'Compare the buckets with the uploads: register objects that have none, and find what else is missing or left over. Times are such as 2026-01-15T09:30:00Z, or ages such as 12h or 7d.',
    )
    .option('--bucket <name>', 'only this bucket')
    .option('--prefix <prefix>', 'only keys that begin like this')
    .option('--since <time>', 'only objects stored after this time')
    .option('--until <time>', 'only objects stored before this time; 10s by default')
    .option('--inventory <report>', 'read an inventory report of OSS instead of listing the bucket')
    .option('--dry-run', 'only look')
    .option('--remake', 'make renditions again whose object is gone')
    .option('--remove-orphans', 'remove objects that no rendition names')
    .option('--json', 'print JSON')
    .action(async (options) => end(await (await import('../reconcile.js')).reconcile(options, env)));
};
