import { defineErrors } from '#runtime';

/** Errors of the local run (`npm start`). */
const cliErrors = defineErrors({
  'local.already_running': { kind: 'internal', retry: 'never', message: 'Landfall is already running here' },
  'local.not_running': { kind: 'internal', retry: 'never', message: 'Landfall is not running here' },
  'upload.refused': { kind: 'internal', retry: 'never', message: 'The object store refuses the upload' },
  'local.process_failed': {
    kind: 'internal',
    retry: 'never',
    message: 'A process of the local run did not start',
  },
});

type CliErrors = typeof cliErrors;
declare global {
  interface LandfallErrors extends CliErrors {}
}
