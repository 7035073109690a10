/** How the database is reached; settings of the same names say it. */
interface DatabaseAddress {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** The database itself; set if `url` is that of a pooler in transaction mode. */
  directUrl?: string | undefined;
  /** Whether statements are prepared by name; not set: unless there is a pooler. */
  preparedStatements?: boolean | undefined;
}

/** For what needs a connection of its own as long as it lasts: LISTEN, session locks, migrations. */
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
