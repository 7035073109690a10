import { type DataSource, In } from '#database';
import { Ticket } from '../rows/ticket.entity.js';

/** Lease of a taken ticket: if its worker dies or OSS does not answer, it is taken again after this time. */
const askAgain = `interval '1 minute'`;

/** Wait after the expiry, by when an upload that began in time has ended, except a very large one on a very slow link. */
const lastLookAfterMs = 600_000;

/**
 * Takes the next unused tickets that are due, with a lease of one minute. Used ones are skipped and never followed up again.
 * @param limit maximum number of tickets examined
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
 * Records that OSS was asked for the object of a ticket. If the object is missing and the ticket has not expired, OSS is
 * asked once more after the expiry.
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
