import { defineErrors } from '#runtime';

/** Errors of the pipelines file, and of specs planned by another release. */
const pipelinesErrors = defineErrors({
  'pipelines.invalid': { kind: 'internal', retry: 'never', message: 'The pipelines file is invalid' },
  'rendition.kind_unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message:
      'This version of Landfall cannot make this kind of rendition: update its workers, then reprocess the upload',
  },
});

type PipelinesErrors = typeof pipelinesErrors;
declare global {
  interface LandfallErrors extends PipelinesErrors {}
}
