import { setTimeout as pause } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A lock that a migration takes on a table or view that was there before it. */
export interface TakenLock {
  readonly table: string;
  /** SHARE UPDATE EXCLUSIVE keeps nobody from reading or writing; SHARE ROW EXCLUSIVE keeps writers, ACCESS EXCLUSIVE everybody. */
  readonly mode: 'SHARE UPDATE EXCLUSIVE' | 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE';
  /** A moment, however large the table is, or as long as it takes to read all of it. */
  readonly lasts: 'moment' | 'scan';
}

/**
 * A migration that says what it does to a live database, for `landfall check --upgrade`.
 * tests/integration/migration-locks.test.ts holds it against what Postgres says.
 */
export interface OnlineMigration extends MigrationInterface {
  /** What it locks on its way forward; new tables are not among them, for nobody waits for those. */
  readonly locks: readonly TakenLock[];
  /** What is lost when it is reverted; null if nothing is. */
  readonly revertLoses: string | null;
}

/** Who waits for a lock has everybody wait who comes after. OSS waits five seconds for the answer to a callback. */
const lockWaitMs = 1_000;
const betweenTriesMs = 500;
const mostTries = 240;

/**
 * Runs a statement that needs a strong lock for a moment, without a transaction around it. It gives up its place in the queue
 * after a second, lets the others pass, and tries again, for six minutes at most.
 * @throws the error of Postgres; 55P03 if something held the table all the time
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
