import type { AddCommands } from './context.js';

/** What explains the configuration and callbacks. */
export const addDiagnosis: AddCommands = (program, { env, end }) => {
  program
    .command('check')
    .summary('check the configuration and the pipelines file')
    .description('Check the configuration and the pipelines file, and print errors and warnings.')
    .action(async () => end(await (await import('../check.js')).check(env)));
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
    .command('callback-url')
    .summary('print the secret callback URL')
    .description('Print the secret callback URL, or a new secret for CALLBACK_URL_SECRETS if none is set.')
    .action(async () => end(await (await import('../callback/callback-url.js')).printCallbackUrl(env)));
};
