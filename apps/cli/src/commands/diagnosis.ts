import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { AddCommands } from './context.js';
import { readCount } from './remote-command.js';

/** Commands that explain the configuration, callbacks and the history of an upload. */
export const addDiagnosis: AddCommands = (program, { env, end }) => {
  program
    .command('check')
    .summary('check the configuration and the pipelines file')
    .description(
      'Check the configuration and the pipelines file, and print errors and warnings. With --upgrade, print instead what `landfall migrate` of this release would lock, for how long, and how to revert it.',
    )
    .option('--upgrade', 'preview the pending migrations of the database; change nothing')
    .action(async ({ upgrade = false }) =>
      end(
        upgrade
          ? await (await import('../check-upgrade.js')).checkUpgrade(env)
          : await (await import('../check.js')).check(env),
      ),
    );
  const callback = program.command('callback').summary('explain callbacks').description('Explain callbacks.');
  callback
    .command('explain')
    .summary('explain the signature of a captured callback')
    .description(
      'Explain why the signature of a callback, captured or logged by the api, is or is not valid.',
    )
    .argument('<file>', 'the captured request (raw HTTP or JSON), or log lines of the api')
    .option('--key <key>', 'public key, as a PEM file or a URL')
    .option('--prefix <path>', 'path prefix that a proxy strips')
    .option('--url <url>', 'callback URL that the uploader used')
    .action(async (file, options) =>
      end(await (await import('../callback/explain.js')).explainFile(file, options, env)),
    );
  program
    .command('trace')
    .summary('draw the trace of an upload as an SVG')
    .description(
      'Receive spans from the api and the workers on this machine, and redraw the trace of the newest upload whenever spans arrive, until Ctrl-C. Set OTEL_EXPORTER_OTLP_ENDPOINT of the api and the workers to the URL that this command prints.',
    )
    .option('--port <port>', 'port to listen on; 0 picks a free one', readCount, 4_318)
    .option('--out <file>', 'SVG file to write', 'trace.svg')
    .option('--upload <id>', 'draw the trace of this upload instead of the newest')
    .action(async (options) => {
      const { followTraces } = await import('../trace/follow-traces.js');
      const { stopSignal } = await import('../remote/stop-signal.js');
      await followTraces(options, stopSignal(), (url) =>
        console.log(
          `Waiting for spans. Start the api and the workers with OTEL_EXPORTER_OTLP_ENDPOINT=${url} OTEL_EXPORTER_OTLP_PROTOCOL=http/json`,
        ),
      );
      end(0);
    });
  program
    .command('plan')
    .summary('estimate the capacity that a load of uploads needs')
    .description(
      'Estimate the api processes, workers, database size, Redis memory, bandwidth and connections that a load of uploads needs, from the costs in docs/capacity.md and the pipelines file.',
    )
    .requiredOption('--uploads-per-day <count>', 'images per day', readCount)
    .option('--megapixels <number>', 'size of an image in megapixels', readAmount, 12)
    .option('--video-minutes <minutes>', 'minutes of video per day', readCount, 0)
    .option('--video-length <minutes>', 'length of one video in minutes', readAmount, 1)
    .option('--peak <factor>', 'ratio of the busiest hour to the mean of the day', readAmount, 4)
    .option('--webhooks <count>', 'number of webhooks that receive every event', readCount, 1)
    .option('--pipelines <file>', 'path of the pipelines file', env['PIPELINES_FILE'] || 'pipelines.yaml')
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
  if (!(amount > 0 && amount < 1e6))
    throw new InvalidArgumentError('It must be a number above 0 and below 1,000,000.');
  return amount;
}
