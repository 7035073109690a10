/**
 * database: the Postgres database: data source, pool, LISTEN, migration runner.
 *
 * Does not belong here: entities and queries; they live in the room whose rows they are (uploads, outbox).
 * A new migration goes into the top-level `migrations/` and into its list.
 */
export * from './data-source.js';
export * from './migrate-database.js';
export * from './notifications.js';
export * from './postgres-errors.js';
