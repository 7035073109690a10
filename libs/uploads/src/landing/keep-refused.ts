import type { DataSource } from '#database';
import { newId } from '#runtime';
import { RefusedCallback } from '../rows/refused-callback.entity.js';

/** A refused callback to be kept. */
export type RefusedLine = Pick<RefusedCallback, 'kind' | 'line' | 'explanation'>;

/** How long refused callbacks are kept, and how many per kind: one kind must not crowd out the others. */
export const refusedKept = { ofKind: 50, hours: 24 } as const;

/** The SQL condition for rows that are still shown. */
export const isFresh = `created_at > now() - make_interval(hours => ${refusedKept.hours})`;

/** Keeps refused callbacks, and removes those that are too old or too many of their kind. */
export async function keepRefused(source: DataSource, lines: readonly RefusedLine[]): Promise<void> {
  const createdAt = new Date();
  await source
    .getRepository(RefusedCallback)
    .insert(lines.map((line) => ({ ...line, id: newId(), createdAt })));
  await source.query(
    // SKIP LOCKED: another api process is already removing those rows.
    `DELETE FROM refused_callbacks WHERE id IN (
       SELECT id FROM refused_callbacks WHERE id IN (
         SELECT id FROM (
           SELECT id, ${isFresh} AS is_fresh, row_number() OVER (PARTITION BY kind ORDER BY id DESC) AS place
           FROM refused_callbacks) AS kept
         WHERE NOT is_fresh OR place > $1)
       FOR UPDATE SKIP LOCKED)`,
    [refusedKept.ofKind],
  );
}
