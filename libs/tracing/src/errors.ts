import { defineErrors } from '#runtime';

/** What becomes of spans. Only logged: no request fails for it. */
const tracingErrors = defineErrors({
  'tracing.export_failed': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The collector does not take our spans',
  },
});

type TracingErrors = typeof tracingErrors;
declare global {
  interface LandfallErrors extends TracingErrors {}
}
