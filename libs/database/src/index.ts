/**
 * database: access to Postgres: data source, pool, prepared statements, LISTEN, migration runner.
 *
 * Does not belong here: entities and queries, which belong to the room that owns the rows (uploads,
 * outbox). To add a migration, add a file to the top-level `migrations/` and list it in its index.
 */
import './errors.js';

// Other rooms import TypeORM from here, except for the decorators of their entities.
export {
  And,
  DataSource,
  type EntityManager,
  In,
  IsNull,
  LessThan,
  LessThanOrEqual,
  MoreThan,
  Not,
  type SelectQueryBuilder,
} from 'typeorm';
export { connectWhenThere, createDataSource, createPool } from './data-source.js';
export { directUrlOf } from './database-settings.js';
export {
  checkDatabase,
  createDatabaseIfMissing,
  migrateDatabase,
  revertLastMigration,
  waitForMigrations,
} from './migrate-database.js';
export { type ExpectedLock, type PendingMigration, planUpgrade, type UpgradePlan } from './plan-upgrade.js';
export { listenForNotifications } from './notifications.js';
export { PreparedStatement } from './prepared-statement.js';
export {
  isDatabaseUnavailable,
  isTimeLimitReached,
  isUniqueViolation,
  isValueRefused,
  translateDatabaseErrors,
} from './postgres-errors.js';
