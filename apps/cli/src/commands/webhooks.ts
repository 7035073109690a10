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
    .summary('manage webhooks and their deliveries')
    .description('Manage webhooks and their deliveries.');
  remoteCommand(webhooks, 'create', 'create a webhook, and show its secret')
    .requiredOption('--url <url>', 'URL that receives the events')
    .option('--type <type>', 'only events of this type; may be repeated', collect)
    .option('--description <text>', 'description of the webhook')
    .option('--ordered', 'send the events of an upload in order, one at a time')
    .addOption(new Option('--signature <kind>', 'how deliveries are signed').choices(['hmac', 'ed25519']))
    .action(async ({ apiUrl, apiKey, json = false, type, ...request }) => {
      const { createWebhook } = await load();
      const whole = { ...request, ...(type === undefined ? {} : { types: type as never }) };
      end(await createWebhook(await connect({ apiUrl, apiKey }), whole, { json }));
    });
  remoteCommand(webhooks, 'list', 'list webhooks').action(async ({ json = false, ...connection }) =>
    end(await (await load()).listWebhooks(await connect(connection), { json })),
  );
  remoteCommand(webhooks, 'get', 'show a webhook and its state')
    .argument('<id>', 'id of the webhook')
    .action(async (id, { json = false, ...connection }) =>
      end(await (await load()).getWebhook(await connect(connection), id, { json })),
    );
  remoteCommand(webhooks, 'update', 'change, enable or disable a webhook')
    .argument('<id>', 'id of the webhook')
    .option('--url <url>', 'URL that receives the events')
    .option('--type <type>', 'only events of this type; may be repeated', collect)
    .option('--description <text>', 'description of the webhook')
    .option('--enable', 'resume sending, pending deliveries included')
    .option('--disable', 'stop sending; events that happen meanwhile are not delivered later')
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
  remoteCommand(webhooks, 'rotate', 'add a new signing secret; the previous ones keep signing for a while')
    .argument('<id>', 'id of the webhook')
    .option('--keep <seconds>', 'how long the previous secrets keep signing; 0 if one has leaked', readCount)
    .action(async (id, { apiUrl, apiKey, json = false, keep }) => {
      const { rotateWebhook } = await load();
      const request = keep === undefined ? {} : { keepS: keep };
      end(await rotateWebhook(await connect({ apiUrl, apiKey }), id, { ...request, json }));
    });
  remoteCommand(webhooks, 'delete', 'delete a webhook and its deliveries')
    .argument('<id>', 'id of the webhook')
    .action(async (id, connection) => end(await (await load()).deleteWebhook(await connect(connection), id)));
  remoteCommand(webhooks, 'test', 'send a test event, and show how the receiver responds')
    .argument('<id>', 'id of the webhook')
    .action(async (id, { json = false, ...connection }) =>
      end(await (await load()).testWebhook(await connect(connection), id, { json })),
    );
  remoteCommand(webhooks, 'deliveries', 'list the deliveries of a webhook')
    .argument('<id>', 'id of the webhook')
    .addOption(new Option('--state <state...>', 'only deliveries in one of these states').choices(states))
    .option('--since <time>', 'only deliveries of events at or after this time')
    .option('--limit <count>', 'maximum number to show', readCount, 50)
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
    .argument('<id>', 'id of the webhook')
    .addOption(new Option('--event <id>', 'only this event').conflicts(['since', 'until', 'state']))
    .option('--since <time>', 'events at or after this time')
    .option('--until <time>', 'events before this time')
    .addOption(
      new Option('--state <state...>', 'only in one of these states; defaults to failed').choices(replayable),
    )
    .action(async (id, { apiUrl, apiKey, json = false, event, since, until, state }) => {
      const { replay } = await load();
      const what = event ?? (since && { since, until, ...(state && { states: state.flat() }) });
      if (!what) throw new LandfallError('request.invalid', '--event or --since is missing');
      end(await replay(await connect({ apiUrl, apiKey }), id, what, { json }));
    });
};
