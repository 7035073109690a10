/**
 * database: the Postgres database: data source, pool, prepared statements, LISTEN, migration runner.
 *
 * Does not belong here: entities and queries; they belong to the room that owns the rows (uploads,
 * outbox). A new migration goes into the top-level `migrations/` and into its list.
 */
import './errors.js';

// What the rooms and apps need of TypeORM beside the decorators of their rows: it is known here alone.
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
