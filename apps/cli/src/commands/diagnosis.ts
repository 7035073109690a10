import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { AddCommands } from './context.js';
import { readCount } from './remote-command.js';

/** Commands that explain the configuration, callbacks and the history of an upload. */
export const addDiagnosis: AddCommands = (program, { env, end }) => {
  program
    .command('check')
    .summary('check the configuration and the pipelines file')
    .description(
      'Check the configuration and the pipelines file, and print errors and warnings; or, before an upgrade, print what `landfall migrate` of this release would lock, for how long, and how to go back.',
    )
    .option('--upgrade', 'print what an upgrade of the database would do, and change nothing')
    .action(async ({ upgrade = false }) =>
      end(
        upgrade
          ? await (await import('../check-upgrade.js')).checkUpgrade(env)
          : await (await import('../check.js')).check(env),
      ),
    );
  const callback = program
    .command('callback')
    .summary('explain callbacks')
    .description('Explain what became of a callback.');
  callback
    .command('explain')
    .summary('explain the signature of a captured callback')
    .description(
      'Explain why the signature of a captured callback, or of one that the api logged, is valid or not.',
    )
    .argument('<file>', 'the captured request (raw HTTP or JSON), or log lines of the api')
    .option('--key <key>', 'public key, as a PEM file or a URL')
    .option('--prefix <path>', 'path prefix that a proxy takes away')
    .option('--url <url>', 'callback URL that the uploader used')
    .action(async (file, options) =>
      end(await (await import('../callback/explain.js')).explainFile(file, options, env)),
    );
  program
    .command('trace')
    .summary('draw the traces of this machine')
    .description(
      'Receive the spans of an api and workers on this machine, which OTEL_EXPORTER_OTLP_ENDPOINT points here, and draw the trace of the newest upload whenever spans of it come, until Ctrl-C.',
    )
    .option('--port <port>', 'port to listen on; 0 picks a free one', readCount, 4_318)
    .option('--out <file>', 'the picture, an SVG', 'trace.svg')
    .option('--upload <id>', 'the trace of this upload')
    .action(async (options) => {
      const { followTraces } = await import('../trace/follow-traces.js');
      const { stopSignal } = await import('../remote/stop-signal.js');
      await followTraces(options, stopSignal(), (url) =>
        console.log(
          `Waiting for spans. Start the rest with OTEL_EXPORTER_OTLP_ENDPOINT=${url} OTEL_EXPORTER_OTLP_PROTOCOL=http/json`,
        ),
      );
      end(0);
    });
  program
    .command('plan')
    .summary('plan how much an amount of uploads needs')
    .description(
      'Print how many api processes and workers an amount of uploads needs, the size of the database, the memory of Redis, bandwidth and connections: by the costs of docs/capacity.md and the pipelines file.',
    )
    .requiredOption('--uploads-per-day <count>', 'images a day', readCount)
    .option('--megapixels <number>', 'size of an image', readAmount, 12)
    .option('--video-minutes <minutes>', 'minutes of video a day', readCount, 0)
    .option('--video-length <minutes>', 'minutes of one video', readAmount, 1)
    .option('--peak <factor>', 'how many times the mean of a day the busiest hour is', readAmount, 4)
    .option('--webhooks <count>', 'webhooks that get every event', readCount, 1)
    .option('--pipelines <file>', 'the pipelines file', env['PIPELINES_FILE'] || 'pipelines.yaml')
    .option('--json', 'print JSON')
    .action(async (options) => {
      (await import('../plan/print-plan.js')).printPlan(options, env);
      end(0);
    });
  program
    .command('callback-url')
    .summary('print the secret callback URL')
    .description('Print the secret callback URL, or a new secret for CALLBACK_URL_SECRETS if none is set.')
    .action(async () => end(await (await import('../callback/callback-url.js')).printCallbackUrl(env)));
};

/** Reads a number greater than 0. */
function readAmount(text: string): number {
  const amount = Number(text);
  if (!(amount > 0 && amount < 1e6)) throw new InvalidArgumentError('It must be a number above 0.');
  return amount;
}
