import type { DataSource } from '#database';
import { newId } from '#runtime';
import { cursorOf, idOfCursor } from '../reading/page-cursor.js';
import { RefusedCallback } from '../rows/refused-callback.entity.js';

/** A refusal to be kept. */
export type RefusedLine = Pick<RefusedCallback, 'kind' | 'line' | 'explanation'>;

/** How many of one kind are kept, so that none crowds out another, and for how long. */
export const refusedKept = { ofKind: 50, hours: 24 } as const;

const fresh = `created_at > now() - make_interval(hours => ${refusedKept.hours})`;

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
           SELECT id, ${fresh} AS is_fresh, row_number() OVER (PARTITION BY kind ORDER BY id DESC) AS place
           FROM refused_callbacks) AS kept
         WHERE NOT is_fresh OR place > $1)
       FOR UPDATE SKIP LOCKED)`,
    [refusedKept.ofKind],
  );
}

/**
 * One page of the callbacks that were refused in the last day, newest first.
 * @throws LandfallError request.cursor_invalid
 */
export async function listRefused(
  source: DataSource,
  limit: number,
  cursor: string | undefined,
): Promise<{ items: RefusedCallback[]; nextCursor: string | null }> {
  const query = source
    .createQueryBuilder(RefusedCallback, 'r')
    .where(`r.${fresh}`)
    .orderBy('r.id', 'DESC')
    .take(limit + 1);
  if (cursor !== undefined) query.andWhere('r.id < :cursor', { cursor: idOfCursor(cursor) });
  const found = await query.getMany();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? cursorOf(last.id) : null };
}
