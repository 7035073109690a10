import { defineErrors } from '#runtime';

/** Errors of exporting spans. Only logged; no request fails because of them. */
const tracingErrors = defineErrors({
  'tracing.export_failed': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The collector does not accept our spans',
  },
});

type TracingErrors = typeof tracingErrors;
declare global {
  interface LandfallErrors extends TracingErrors {}
}
