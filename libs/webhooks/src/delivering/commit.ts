/**
 * SQL that makes the transaction commit asynchronously (synchronous_commit off). Its changes of the last moments may be
 * lost if Postgres crashes, but never if a worker does.
 */
export const withoutWaiting = `set_config('synchronous_commit', 'off', true)`;
