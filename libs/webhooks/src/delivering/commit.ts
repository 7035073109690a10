/**
 * SQL that lets the transaction commit without waiting for the disk. Of what it changed the last fractions of a second may
 * be undone when Postgres crashes; never when a worker does.
 */
export const withoutWaiting = `set_config('synchronous_commit', 'off', true)`;
