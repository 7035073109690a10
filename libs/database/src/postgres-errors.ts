import { LandfallError } from '#runtime';

/**
 * SQLSTATEs of transient errors: connection, resources, operator intervention, system error,
 * serialization; a read-only server, as after a failover; and an idle-in-transaction timeout.
 */
const passingStates = /^(08|25006|25P03|40|53|57|58)/;
/** SQLSTATE classes of refused values: data, integrity, program limits such as the size of an index row. */
const valueStates = /^(22|23|54)/;
const connectionErrors =
  /ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Driver not Connected|pool after calling end/i;

/** Whether an error is transient (the database is unavailable), as opposed to a refused statement. */
export function isDatabaseUnavailable(thrown: unknown): boolean {
  if (thrown instanceof LandfallError) return thrown.code === 'database.unavailable';
  if (!(thrown instanceof Error)) return false;
  const state = stateOf(thrown);
  return passingStates.test(state) || connectionErrors.test(`${thrown.message} ${state}`);
}

/** Whether the database refused the values of a row but would accept others. */
export function isValueRefused(thrown: unknown): boolean {
  return thrown instanceof Error && valueStates.test(stateOf(thrown));
}

/** Whether a unique index already contains the values of a row. */
export function isUniqueViolation(thrown: unknown): boolean {
  return thrown instanceof Error && stateOf(thrown) === '23505';
}

/** Whether a statement was cancelled, by its timeout or by request. */
export function isTimeLimitReached(thrown: unknown): boolean {
  return thrown instanceof Error && stateOf(thrown) === '57014';
}

function stateOf(error: Error): string {
  return String((error as { code?: unknown }).code ?? '');
}

/**
 * Runs `work`; converts errors of an unavailable database to `database.unavailable`, and passes all
 * others unchanged.
 */
export async function translateDatabaseErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDatabaseUnavailable(error))
      throw new LandfallError('database.unavailable', undefined, { cause: error });
    throw error;
  }
}
