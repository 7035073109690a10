import { Client, type ClientConfig, type PoolConfig } from 'pg';
import type { DatabaseSettings } from './database-settings.js';

/**
 * A transaction whose process does nothing for this long is undone: one that stands still would keep
 * everybody from the rows that it has locked. Longer than the relay waits for the queue.
 */
const idleTransactionMs = 8_000;

/** SQLSTATE of a server that accepts no writes. */
const readOnlyState = '25006';

/** These report whether a server accepts writes, from Postgres 14 on. */
const readOnlyParameters = new Set(['in_hot_standby', 'default_transaction_read_only']);

/**
 * A connection that goes away without harm. Its loss is reported only by the next query: between two
 * queries of its user (TypeORM while it connects, BullMQ while it starts to listen), nothing handles
 * its `error` event, which would end the process. One to a server that turns out to accept no writes
 * (a primary that a failover made a standby, with the address still ours) ends after that statement,
 * so that its pool finds the new primary; otherwise the pool would keep it for ever.
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

  /** What says that the server accepts no writes; empty if nothing does. */
  get readOnlyBecause(): string[] {
    return [...this.#readOnly];
  }
}

/** The options of a pool that depend on whether a pooler stands before the database. */
export function clientOptions(settings: DatabaseSettings): PoolConfig {
  const { directUrl, statementTimeoutMs } = settings;
  const isPooled = directUrl !== undefined;
  const keepsNames = settings.preparedStatements ?? !isPooled;
  const limits = {
    idle_in_transaction_session_timeout: idleTransactionMs,
    ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
  };
  // What the server said when the pooler connected may have changed since.
  if (isPooled) return { Client: clientOfPooler(limits, keepsNames) };
  return { ...limits, Client: keepsNames ? SteadyClient : clientOfPooler({}, false), verify: refuseReadOnly };
}

/**
 * The client of a pooler in transaction mode. It asks for nothing that outlives a transaction: the
 * limits are set with each, in the message that begins it. A statement alone has none of them.
 */
function clientOfPooler(limits: Record<string, number>, keepsNames: boolean): typeof Client {
  const settings = Object.entries(limits).map(([name, ms]) => `; SET LOCAL ${name} = ${ms}`);
  return class PoolerClient extends SteadyClient {
    // The overloads are those of the library; what is changed is what each of them begins with.
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

/**
 * The next query replaces a dead connection (after a restart of Postgres), and reports the error if
 * that fails.
 */
export function ignoreConnectionLoss(): void {}
