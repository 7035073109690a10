import { setTimeout as pause } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A lock that a migration takes on an existing table or view. */
export interface TakenLock {
  readonly table: string;
  /** SHARE UPDATE EXCLUSIVE blocks neither reads nor writes, SHARE ROW EXCLUSIVE blocks writes, ACCESS EXCLUSIVE both. */
  readonly mode: 'SHARE UPDATE EXCLUSIVE' | 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE';
  /** `moment`: independent of the size of the table; `scan`: as long as reading all of it takes. */
  readonly lasts: 'moment' | 'scan';
}

/**
 * A migration that declares its effect on a live database, for `landfall check --upgrade`.
 * tests/integration/migration-locks.test.ts compares the declaration with the locks that Postgres reports.
 */
export interface OnlineMigration extends MigrationInterface {
  /** Locks that `up` takes, except on new tables, for which nobody waits. */
  readonly locks: readonly TakenLock[];
  /** Data that `down` loses; null if none. */
  readonly revertLoses: string | null;
}

/** A waiting lock request blocks all later ones, and OSS waits only five seconds for the response to a callback. */
const lockWaitMs = 1_000;
const betweenTriesMs = 500;
const mostTries = 240;

/**
 * Runs a statement that needs a strong lock briefly, outside a transaction. Gives up waiting after a second, lets queued
 * statements pass, and retries, for about six minutes.
 * @throws the error of Postgres; 55P03 if the lock never became available
 */
export async function lockBriefly(runner: QueryRunner, statement: string): Promise<void> {
  await runner.query(`SET lock_timeout = ${lockWaitMs}`);
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        await runner.query(statement);
        return;
      } catch (error) {
        const isLocked = (error as { code?: unknown }).code === '55P03';
        if (!isLocked || tries === mostTries) throw error;
      }
      await pause(betweenTriesMs);
    }
  } finally {
    await runner.query('RESET lock_timeout');
  }
}
