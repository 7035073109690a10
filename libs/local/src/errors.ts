import { defineErrors } from '#runtime';

/** Errors of starting services on a developer’s machine. */
const localErrors = defineErrors({
  'local.postgres_failed': {
    kind: 'internal',
    retry: 'never',
    message: 'The embedded Postgres cannot be used',
  },
  'local.redis_failed': { kind: 'internal', retry: 'never', message: 'Redis cannot be started' },
  'local.port_busy': { kind: 'internal', retry: 'never', message: 'A required port is in use' },
});

type LocalErrors = typeof localErrors;
declare global {
  interface LandfallErrors extends LocalErrors {}
}
