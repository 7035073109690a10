import { LandfallError } from '#runtime';
import { Option } from '@commander-js/extra-typings';
import { type AddCommands, collect } from './context.js';
import { connectTo, readCount, remoteCommand } from './remote-command.js';

const states = ['pending', 'delivered', 'failed'] as const;
const replayable = ['failed', 'delivered', 'missing'] as const;

/** Commands that manage webhooks and their deliveries. */
export const addWebhookCommands: AddCommands = (program, { env, end }) => {
  const connect = connectTo(env);
  const load = () => import('../remote/webhooks.js');
  const webhooks = program
    .command('webhooks')
    .summary('have your servers told')
    .description('Have your servers told of events.');
  remoteCommand(webhooks, 'create', 'have events sent to a URL, and show the secret')
    .requiredOption('--url <url>', 'where the events are sent')
    .option('--type <type>', 'only events of this type; may be repeated', collect)
    .option('--description <text>', 'for people')
    .option('--ordered', 'send the events of an upload one after the other')
    .addOption(new Option('--signature <kind>', 'how they are signed').choices(['hmac', 'ed25519']))
    .action(async ({ apiUrl, apiKey, json = false, type, ...request }) => {
      const { createWebhook } = await load();
      const whole = { ...request, ...(type === undefined ? {} : { types: type as never }) };
      end(await createWebhook(await connect({ apiUrl, apiKey }), whole, { json }));
    });
  remoteCommand(webhooks, 'list', 'list webhooks').action(async ({ json = false, ...connection }) =>
    end(await (await load()).listWebhooks(await connect(connection), { json })),
  );
  remoteCommand(webhooks, 'get', 'show a webhook, and whether it is well')
    .argument('<id>', 'its id')
    .action(async (id, { json = false, ...connection }) =>
      end(await (await load()).getWebhook(await connect(connection), id, { json })),
    );
  remoteCommand(webhooks, 'update', 'change a webhook, disable it or enable it again')
    .argument('<id>', 'its id')
    .option('--url <url>', 'where the events are sent')
    .option('--type <type>', 'only events of this type; may be repeated', collect)
    .option('--description <text>', 'for people')
    .option('--enable', 'send what waits, and what comes')
    .option('--disable', 'send nothing, and keep nothing for it')
    .action(async (id, { apiUrl, apiKey, json = false, type, enable, disable, ...request }) => {
      const { updateWebhook } = await load();
      const patch = {
        ...request,
        ...(type === undefined ? {} : { types: type as never }),
        ...(enable ? { enabled: true } : {}),
        ...(disable ? { enabled: false } : {}),
      };
      end(await updateWebhook(await connect({ apiUrl, apiKey }), id, { ...patch, json }));
    });
  remoteCommand(webhooks, 'rotate', 'sign with a new secret; those of before sign too for a while')
    .argument('<id>', 'its id')
    .option('--keep <seconds>', 'how long those of before sign too; 0 if one has leaked', readCount)
    .action(async (id, { apiUrl, apiKey, json = false, keep }) => {
      const { rotateWebhook } = await load();
      const request = keep === undefined ? {} : { keepS: keep };
      end(await rotateWebhook(await connect({ apiUrl, apiKey }), id, { ...request, json }));
    });
  remoteCommand(webhooks, 'delete', 'delete a webhook and its deliveries')
    .argument('<id>', 'its id')
    .action(async (id, connection) => end(await (await load()).deleteWebhook(await connect(connection), id)));
  remoteCommand(webhooks, 'test', 'send a test event, and show what the receiver answers')
    .argument('<id>', 'its id')
    .action(async (id, { json = false, ...connection }) =>
      end(await (await load()).testWebhook(await connect(connection), id, { json })),
    );
  remoteCommand(webhooks, 'deliveries', 'list what became of the events of a webhook')
    .argument('<id>', 'its id')
    .addOption(new Option('--state <state...>', 'only deliveries of these states').choices(states))
    .option('--since <time>', 'only of events at or after this time')
    .option('--limit <count>', 'how many to show', readCount, 50)
    .action(async (id, { apiUrl, apiKey, json = false, limit: count, state, ...query }) => {
      const { listDeliveries } = await load();
      end(
        await listDeliveries(await connect({ apiUrl, apiKey }), id, {
          ...query,
          state: state?.flat(),
          count,
          json,
        }),
      );
    });
  remoteCommand(webhooks, 'replay', 'send events again')
    .argument('<id>', 'its id')
    .addOption(new Option('--event <id>', 'only this event').conflicts(['since', 'until', 'state']))
    .option('--since <time>', 'events at or after this time')
    .option('--until <time>', 'events before this time')
    .addOption(new Option('--state <state...>', 'in these states; failed unless given').choices(replayable))
    .action(async (id, { apiUrl, apiKey, json = false, event, since, until, state }) => {
      const { replay } = await load();
      const what = event ?? (since && { since, until, ...(state && { states: state.flat() }) });
      if (!what) throw new LandfallError('request.invalid', 'say which: --event, or --since');
      end(await replay(await connect({ apiUrl, apiKey }), id, what, { json }));
    });
};
