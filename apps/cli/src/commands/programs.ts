import type { AddCommands, Context, Program } from './context.js';

/** Commands for the local run, and for each app alone. */
export const addPrograms: AddCommands = (program, context) => {
  const { env, end } = context;
  program.commandsGroup('Run:');
  program
    .command('start')
    .summary('run everything on this machine')
    .description('Run everything on this machine: Postgres, the OSS emulator, the api and a worker.')
    .option('--watch', 'rebuild changed sources and restart the affected programs')
    .action(async ({ watch: watches = false }) =>
      end(await (await import('../start/start-local-run.js')).startLocalRun({ watches }, env)),
    );
  program
    .command('upload')
    .summary('upload files to the local run')
    .description('Upload files, or a sample picture, to the local run, as any OSS client would.')
    .argument('[file...]', 'files to upload; a sample picture if none is given')
    .action(async (files) => end(await (await import('../upload.js')).uploadFiles(files, env)));
  addApp(program, context, {
    name: 'api',
    run: () => import('../../../api/src/main.js'),
    summary: 'run the api',
  });
  addApp(program, context, {
    name: 'worker',
    run: () => import('../../../worker/src/main.js'),
    summary: 'run a worker; WORKER_QUEUES selects its queues',
  });
  addApp(program, context, {
    name: 'emulator',
    run: () => import('../../../oss-emulator/src/main.js'),
    summary: 'run the OSS emulator',
  });
};

/** Adds a command that runs an app in this process, so that it receives the signals of its container. */
function addApp(
  program: Program,
  { end }: Context,
  { name, run, summary }: { name: string; run: () => Promise<unknown>; summary: string },
): void {
  program
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .action(async () => {
      await run();
      end(0);
    });
}
