/** How to reach the database. The configuration has settings of the same names. */
interface DatabaseAddress {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** URL that bypasses the pooler; set if `url` is that of a pooler in transaction mode. */
  directUrl?: string | undefined;
  /** Whether to use named prepared statements. Defaults to true without a pooler, and false with one. */
  preparedStatements?: boolean | undefined;
}

/** Returns the URL for session state, which poolers do not preserve: LISTEN, session locks, migrations. */
export function directUrlOf({ url, directUrl }: DatabaseAddress): string {
  return directUrl ?? url;
}

export interface DatabaseSettings extends DatabaseAddress {
  /** Maximum number of connections of this process. */
  poolSize: number;
  /** Time limit after which Postgres cancels a statement; no limit if unset. */
  statementTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
}
