import type { DataSource } from '#database';
import { LandfallError } from '#runtime';

/**
 * Does work that only one process does at a time, under an advisory lock on a connection of its
 * own: whoever dies loses it with the connection.
 * @throws LandfallError reconcile.running
 */
export async function withLock<T>(source: DataSource, name: string, work: () => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    const key = ['hashtextextended($1, 0)', [name]] as const;
    const [row] = (await runner.query(`SELECT pg_try_advisory_lock(${key[0]}) AS locked`, [...key[1]])) as [
      { locked: boolean },
    ];
    if (!row.locked) throw new LandfallError('reconcile.running', name);
    try {
      return await work();
    } finally {
      // A connection that broke has let go of it, and must not hide why the work failed.
      await runner.query(`SELECT pg_advisory_unlock(${key[0]})`, [...key[1]]).catch(() => undefined);
    }
  } finally {
    await runner.release();
  }
}
