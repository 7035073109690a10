import { type DataSource, In } from '#database';
import { Ticket } from '../rows/ticket.entity.js';

/** Who dies with a ticket in its hands, or gets no answer from OSS, leaves it to the next after this time. */
const askAgain = `interval '1 minute'`;

/** So long after the expiry an upload that began in time has ended, but for the largest on the slowest lines. */
const lastLookAfterMs = 600_000;

/**
 * The next unused tickets whose time has come, none of them given to another worker within the next minute. Those that are used
 * are passed over, for ever.
 * @param limit most tickets that are looked at
 * @returns the tickets, and whether there may be more
 */
export async function takeFollowUps(
  source: DataSource,
  limit: number,
): Promise<{ tickets: Ticket[]; hasMore: boolean }> {
  const isUsed = `EXISTS (SELECT FROM uploads AS u WHERE u.ticket_id = tickets.id
                            AND NOT (u.status = 'failed' AND u.confirmed_at IS NULL))`;
  // TypeORM returns [rows, count] for UPDATE … RETURNING.
  const [due] = (await source.query(
    `UPDATE tickets SET follow_up_at = CASE WHEN ${isUsed} THEN NULL ELSE now() + ${askAgain} END
     WHERE id IN (SELECT id FROM tickets WHERE follow_up_at <= now()
                  ORDER BY follow_up_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, follow_up_at IS NOT NULL AS "isUnused"`,
    [limit],
  )) as [{ id: string; isUnused: boolean }[], number];
  const ids = due.filter(({ isUnused }) => isUnused).map(({ id }) => id);
  const tickets = ids.length === 0 ? [] : await source.getRepository(Ticket).findBy({ id: In(ids) });
  return { tickets, hasMore: due.length === limit };
}

/**
 * Says that OSS was asked for the object of a ticket. Where it was not there and the ticket may still be used, it is asked for
 * once more, after its expiry.
 */
export async function endFollowUp(
  source: DataSource,
  { id, expiresAt }: Ticket,
  { isThere, now }: { isThere: boolean; now: Date },
): Promise<void> {
  const mayCome = !isThere && expiresAt > now;
  const followUpAt = mayCome ? new Date(expiresAt.getTime() + lastLookAfterMs) : null;
  await source.getRepository(Ticket).update({ id }, { followUpAt });
}
