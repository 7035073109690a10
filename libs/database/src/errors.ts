import { defineErrors } from '#runtime';

/** Errors of reaching the database. */
const databaseErrors = defineErrors({
  'database.unavailable': { kind: 'unavailable', retry: 'backoff', message: 'The database does not respond' },
  'database.not_migrated': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The database has pending migrations',
  },
});

type DatabaseErrors = typeof databaseErrors;
declare global {
  interface LandfallErrors extends DatabaseErrors {}
}
