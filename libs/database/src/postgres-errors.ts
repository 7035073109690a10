import { LandfallError } from '#runtime';

/** SQLSTATE classes that say "not now" and not "this statement is wrong": connection, resources, operator, serialization. */
const passingStates = /^(08|53|57|58|40)/;
const connectionErrors =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Driver not Connected|pool after calling end/i;

/** True when the database did not answer, as opposed to refusing this statement. */
export function isDatabaseUnavailable(thrown: unknown): boolean {
  if (thrown instanceof LandfallError) return thrown.code === 'database.unavailable';
  if (!(thrown instanceof Error)) return false;
  const state: unknown = (thrown as { code?: unknown }).code;
  if (typeof state === 'string' && passingStates.test(state)) return true;
  return connectionErrors.test(`${thrown.message} ${String(state ?? '')}`);
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
