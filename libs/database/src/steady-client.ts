import { Client, type ClientConfig, type PoolConfig } from 'pg';
import type { DatabaseSettings } from './database-settings.js';

/**
 * Postgres rolls back a transaction that is idle for this long, so a frozen process does not keep its
 * row locks. Longer than the relay waits for the queue.
 */
const idleTransactionMs = 8_000;

/** SQLSTATE of a server that accepts no writes. */
const readOnlyState = '25006';

/** Parameters by which a server reports whether it accepts writes, since Postgres 14. */
const readOnlyParameters = new Set(['in_hot_standby', 'default_transaction_read_only']);

/**
 * A client that survives connection loss and failover. It always handles `error`: between queries,
 * TypeORM (while connecting) and BullMQ (while starting to listen) do not, and an unhandled `error`
 * would end the process; the next query reports the loss. After a read-only error (a failover made the
 * primary a standby), it closes, so that the pool reconnects to the new primary.
 */
class SteadyClient extends Client {
  readonly #readOnly = new Set<string>();

  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', ignoreConnectionLoss);
    this.connection.on('errorMessage', ({ code }: { code?: string }) => {
      if (code === readOnlyState) this.once('drain', () => void this.end());
    });
    this.connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) => {
      if (!readOnlyParameters.has(status.parameterName)) return;
      if (status.parameterValue === 'on') this.#readOnly.add(status.parameterName);
      else this.#readOnly.delete(status.parameterName);
    });
  }

  /** Names of the parameters that report a read-only server; empty if it accepts writes. */
  get readOnlyBecause(): string[] {
    return [...this.#readOnly];
  }
}

/** Returns the pool options that depend on whether there is a pooler in front of the database. */
export function clientOptions(settings: DatabaseSettings): PoolConfig {
  const { directUrl, statementTimeoutMs } = settings;
  const isPooled = directUrl !== undefined;
  const keepsNames = settings.preparedStatements ?? !isPooled;
  const limits = {
    idle_in_transaction_session_timeout: idleTransactionMs,
    ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
  };
  // No `verify`: a pooler reports the parameters from when it connected, which may be outdated.
  if (isPooled) return { Client: clientOfPooler(limits, keepsNames) };
  return { ...limits, Client: keepsNames ? SteadyClient : clientOfPooler({}, false), verify: refuseReadOnly };
}

/**
 * Creates a client class for a pooler in transaction mode, which keeps no session state: the timeouts
 * are set with SET LOCAL in the message that begins each transaction. Single statements have none.
 */
function clientOfPooler(limits: Record<string, number>, keepsNames: boolean): typeof Client {
  const settings = Object.entries(limits).map(([name, ms]) => `; SET LOCAL ${name} = ${ms}`);
  return class PoolerClient extends SteadyClient {
    // Covers all overloads of the library: only the first parameter changes.
    override query(...parameters: unknown[]): never {
      const [statement] = parameters;
      if (statement === 'START TRANSACTION') parameters[0] = statement + settings.join('');
      else if (!keepsNames && isNamed(statement)) parameters[0] = { ...statement, name: undefined };
      return (super.query as (...all: unknown[]) => never)(...parameters);
    }
  };
}

function isNamed(statement: unknown): statement is { name: string } {
  return (
    typeof statement === 'object' && statement !== null && 'name' in statement && !('submit' in statement)
  );
}

function refuseReadOnly(client: Client, done: (refusal?: Error) => void): void {
  const reasons = client instanceof SteadyClient ? client.readOnlyBecause : [];
  if (reasons.length === 0) return done();
  const message = `the server accepts no writes (${reasons.join(', ')}): connect to the primary`;
  done(Object.assign(new Error(message), { code: readOnlyState }));
}

/** Ignores the `error` event: the next query replaces a dead connection, or reports the error if it cannot. */
export function ignoreConnectionLoss(): void {}
