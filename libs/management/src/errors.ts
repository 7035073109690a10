import { defineErrors } from '#runtime';

/** Errors of readiness, and of opening the management port. */
const managementErrors = defineErrors({
  'management.port_unusable': {
    kind: 'internal',
    retry: 'never',
    message: 'The management port cannot be opened',
  },
  'process.starting': { kind: 'unavailable', retry: 'backoff', message: 'The process is starting' },
  'process.stopping': { kind: 'unavailable', retry: 'backoff', message: 'The process is shutting down' },
});

type ManagementErrors = typeof managementErrors;
declare global {
  interface LandfallErrors extends ManagementErrors {}
}
