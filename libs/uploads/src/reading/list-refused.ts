import type { DataSource } from '#database';
import { isFresh } from '../landing/keep-refused.js';
import { RefusedCallback } from '../rows/refused-callback.entity.js';
import { cursorOf, idOfCursor } from './page-cursor.js';

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
    .where(isFresh)
    .orderBy('r.id', 'DESC')
    .take(limit + 1);
  if (cursor !== undefined) query.andWhere('r.id < :cursor', { cursor: idOfCursor(cursor) });
  const found = await query.getMany();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? cursorOf(last.id) : null };
}
