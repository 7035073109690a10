import type { DataSource } from '#database';
import { newId } from '#runtime';
import { RefusedCallback } from '../rows/refused-callback.entity.js';

/** A refusal to be kept. */
export type RefusedLine = Pick<RefusedCallback, 'kind' | 'line' | 'explanation'>;

/** How many of one kind are kept, so that none crowds out another, and for how long. */
export const refusedKept = { ofKind: 50, hours: 24 } as const;

/** The condition on rows that they are still to be shown. */
export const isFresh = `created_at > now() - make_interval(hours => ${refusedKept.hours})`;

/** Keeps refused callbacks, and removes those that are too old or too many of their kind. */
export async function keepRefused(source: DataSource, lines: readonly RefusedLine[]): Promise<void> {
  const createdAt = new Date();
  await source
    .getRepository(RefusedCallback)
    .insert(lines.map((line) => ({ ...line, id: newId(), createdAt })));
  await source.query(
    // What another api removes just now is its business.
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
