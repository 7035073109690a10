import { type AddCommands, collect } from './context.js';

/** Commands that work directly on the database and the buckets, without the api. */
export const addDataCommands: AddCommands = (program, { env, end }) => {
  program.commandsGroup('Operate:');
  program
    .command('migrate')
    .summary('migrate the database and the queue')
    .description(
      'Migrate the database of DATABASE_URL and the queue of QUEUE_URL, or those of the local run.',
    )
    .option('--back', 'revert the last migration of the database instead')
    .action(async ({ back = false }) => end(await (await import('../migrate.js')).migrate({ back }, env)));
  program
    .command('reprocess')
    .summary('remake renditions')
    .description(
      'Remake renditions that are missing, failed, or made from a spec that differs from the current pipelines file.',
    )
    .option('--rendition <name>', 'only renditions with this name; may be repeated', collect)
    .option('--where <name=value>', 'only uploads that match this filter; may be repeated', collect)
    .option('--cursor <cursor>', 'resume from the cursor that a stopped run printed')
    .option('--dry-run', 'only count the renditions; change nothing')
    .action(async (options) => end(await (await import('../reprocess.js')).reprocess(options, env)));
  program
    .command('reconcile')
    .summary('compare the buckets with the uploads')
    .description(
      'Compare the buckets with the uploads: register objects without an upload, and find missing objects and orphans. Times are timestamps such as 2026-01-15T09:30:00Z or ages such as 12h or 7d.',
    )
    .option('--bucket <name>', 'only this bucket')
    .option('--prefix <prefix>', 'only keys with this prefix')
    .option('--since <time>', 'only objects stored after this time')
    .option('--until <time>', 'only objects stored before this time; defaults to 10s ago')
    .option(
      '--inventory <report>',
      'read an OSS inventory report instead of listing the bucket; needs --bucket',
    )
    .option('--dry-run', 'only report; change nothing')
    .option('--remake', 'remake renditions whose object is gone')
    .option('--remove-orphans', 'remove objects under the rendition prefix that no row references')
    .option('--json', 'print JSON')
    .action(async (options) => end(await (await import('../reconcile.js')).reconcile(options, env)));
};
