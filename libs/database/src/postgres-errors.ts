import { LandfallError } from '#runtime';

/**
 * SQLSTATE classes that say "not now" and not "this statement is wrong": connection, resources, operator, serialization; and
 * a server that takes no writes, as after a failover.
 */
const passingStates = /^(08|25006|40|53|57|58)/;
/** SQLSTATE classes that say "not these values": data, integrity, a limit such as that of an index row. */
const valueStates = /^(22|23|54)/;
const connectionErrors =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Driver not Connected|pool after calling end/i;

/** True when the database did not answer, as opposed to refusing this statement. */
export function isDatabaseUnavailable(thrown: unknown): boolean {
  if (thrown instanceof LandfallError) return thrown.code === 'database.unavailable';
  if (!(thrown instanceof Error)) return false;
  const state = stateOf(thrown);
  return passingStates.test(state) || connectionErrors.test(`${thrown.message} ${state}`);
}

/** True when the database refused the values of a row, and would take others. */
export function isValueRefused(thrown: unknown): boolean {
  return thrown instanceof Error && valueStates.test(stateOf(thrown));
}

/** True when a unique index already holds the values of a row. */
export function isUniqueViolation(thrown: unknown): boolean {
  return thrown instanceof Error && stateOf(thrown) === '23505';
}

function stateOf(error: Error): string {
  return String((error as { code?: unknown }).code ?? '');
}

/** Runs `work`; a database that does not answer becomes `database.unavailable`, anything else passes as it is. */
export async function translateDatabaseErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDatabaseUnavailable(error))
      throw new LandfallError('database.unavailable', undefined, { cause: error });
    throw error;
  }
}
