import { Option } from '@commander-js/extra-typings';
import { type AddCommands, collect } from './context.js';
import { connectTo, readCount, remoteCommand } from './remote-command.js';

const statuses = ['stored', 'processing', 'ready', 'failed', 'ignored', 'deleted'] as const;
const kinds = ['image', 'video', 'audio', 'document', 'other'] as const;

/** Commands that query an api through the client. */
export const addRemoteCommands: AddCommands = (program, { env, end }) => {
  program.commandsGroup('Call an api:');
  const connect = connectTo(env);
  const stopSignal = async () => (await import('../remote/stop-signal.js')).stopSignal();

  const uploads = program.command('uploads').summary('show uploads').description('Show uploads.');
  remoteCommand(uploads, 'list', 'list uploads, newest first')
    .addOption(
      new Option('--status <status...>', 'only uploads with one of these statuses').choices(statuses),
    )
    .addOption(new Option('--kind <kind>', 'only uploads of this kind').choices(kinds))
    .option('--bucket <name>', 'only uploads in this bucket')
    .option('--prefix <prefix>', 'only keys with this prefix')
    .option('--created-after <time>', 'only uploads that landed at or after this time')
    .option('--created-before <time>', 'only uploads that landed before this time')
    .option('--var <name=value>', 'only uploads with this value of a var; may be repeated', collect)
    .option('--limit <count>', 'maximum number to show', readCount, 50)
    .action(async ({ apiUrl, apiKey, json = false, limit: count, var: words = [], status, ...query }) => {
      const { listUploads } = await import('../remote/uploads.js');
      const { readPairs } = await import('../remote/pairs.js');
      const vars = readPairs('--var', words);
      end(
        await listUploads(
          await connect({ apiUrl, apiKey }),
          { ...query, vars, ...(status ? { status: status.flat() } : {}) },
          { count, json },
        ),
      );
    });
  remoteCommand(uploads, 'get', 'show an upload with its renditions')
    .argument('<id>', 'id of the upload')
    .action(async (id, { json = false, ...connection }) => {
      const { getUpload } = await import('../remote/uploads.js');
      end(await getUpload(await connect(connection), id, { json }));
    });
  remoteCommand(uploads, 'watch', 'show the events of an upload until it is ready or has failed')
    .argument('<id>', 'id of the upload')
    .option('--timeout <seconds>', 'maximum time to wait', readCount, 600)
    .action(async (id, { json = false, timeout, ...connection }) => {
      const { watchUpload } = await import('../remote/uploads.js');
      const options = { json, timeoutMs: timeout * 1_000, signal: await stopSignal() };
      end(await watchUpload(await connect(connection), id, options));
    });

  const events = program
    .command('events')
    .summary('follow the event log')
    .description('Follow the event log.');
  remoteCommand(events, 'tail', 'show events as they happen')
    .option('--type <type>', 'only events of this type; may be repeated', collect)
    .option('--upload <id>', 'only events of this upload')
    .option('--after <event>', 'start after this event; or `latest`, or `beginning`', 'latest')
    .action(async ({ apiUrl, apiKey, json = false, type, upload, after }) => {
      const { tailEvents } = await import('../remote/events.js');
      const options = { after, signal: await stopSignal(), type: type as never, uploadId: upload };
      end(await tailEvents(await connect({ apiUrl, apiKey }), options, { json }));
    });

  remoteCommand(program, 'queues', 'show the work in each queue, by job').action(
    async ({ json = false, ...connection }) => {
      const { showQueues } = await import('../remote/queues.js');
      end(await showQueues(await connect(connection), { json }));
    },
  );

  const tickets = program.command('tickets').summary('issue tickets').description('Issue tickets.');
  remoteCommand(tickets, 'issue', 'issue a ticket for one upload, and show how to use it')
    .option('--file-name <name>', 'name of the file, which replaces {fileName} in the object key')
    .option('--key <key>', 'object key')
    .option('--bucket <name>', 'bucket; defaults to the first of OSS_BUCKETS')
    .option('--content-type <type>', 'an allowed content type; may be repeated', collect)
    .option('--max-bytes <count>', 'maximum size of the file', readCount)
    .option('--var <name=value>', 'a var of the upload; may be repeated', collect)
    .option('--pipeline <name>', 'name of a pipeline')
    .option('--lifetime <seconds>', 'lifetime of the ticket', readCount)
    .option('--overwrite', 'allow the upload to overwrite an existing object')
    .action(async ({ apiUrl, apiKey, json = false, contentType, lifetime, var: words = [], ...request }) => {
      const { issueTicket } = await import('../remote/tickets.js');
      const { readPairs } = await import('../remote/pairs.js');
      const whole = {
        ...request,
        ...(contentType === undefined ? {} : { contentTypes: contentType }),
        ...(lifetime === undefined ? {} : { lifetimeS: lifetime }),
        vars: readPairs('--var', words),
      };
      end(await issueTicket(await connect({ apiUrl, apiKey }), whole, { json }));
    });
};
