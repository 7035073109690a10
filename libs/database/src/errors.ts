import { defineErrors } from '#runtime';

/** What the database answers, or that it does not. */
const databaseErrors = defineErrors({
  'database.unavailable': { kind: 'unavailable', retry: 'backoff', message: 'The database does not answer' },
  'database.not_migrated': { kind: 'unavailable', retry: 'backoff', message: 'The database is not migrated' },
});

type DatabaseErrors = typeof databaseErrors;
declare global {
  interface LandfallErrors extends DatabaseErrors {}
}
