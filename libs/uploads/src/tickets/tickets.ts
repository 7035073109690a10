import { firstIdOf, LandfallError } from '#runtime';
import type { DataSource, EntityManager } from '#database';
import { Ticket } from '../rows/ticket.entity.js';
import { Upload } from '../rows/upload.entity.js';

/** The name of the var that holds a ticket's nonce. */
export const ticketVar = 'ticket';

/** How long a ticket can still be queried after its expiry. */
const keptMs = 30 * 24 * 3_600_000;
const pageSize = 500;

/** Inserts a new ticket. */
export async function insertTicket(source: DataSource, ticket: Ticket): Promise<void> {
  await source.getRepository(Ticket).insert(ticket);
}

/** @throws LandfallError ticket.not_found */
export async function readTicket(source: DataSource, id: string): Promise<Ticket> {
  const ticket = await source.getRepository(Ticket).findOneBy({ id });
  if (!ticket) throw new LandfallError('ticket.not_found', id);
  return ticket;
}

/** The ticket that an upload was made with; null if there is none. */
export async function findTicketOf(
  source: DataSource | EntityManager,
  { ticketId }: Pick<Upload, 'ticketId'>,
): Promise<Ticket | null> {
  if (ticketId === null) return null;
  return source.getRepository(Ticket).findOneBy({ id: ticketId });
}

/** The id of the newest upload that a ticket was used for; null if there is none. */
export async function findTicketUpload(source: DataSource, ticketId: string): Promise<string | null> {
  const query = source
    .createQueryBuilder(Upload, 'u')
    .select('coalesce(u.merged_into, u.id)', 'id')
    .where('u.ticket_id = :ticketId', { ticketId })
    .orderBy('u.id', 'DESC')
    .limit(1);
  const row = await query.getRawOne<{ id: string }>();
  return row?.id ?? null;
}

/**
 * Removes tickets that expired more than thirty days ago, one page at a time; their uploads stay.
 * @returns how many were removed
 */
export async function removeOldTickets(source: DataSource, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page === pageSize && !signal.aborted; removed += page) {
    const before = new Date(Date.now() - keptMs);
    // Ids begin with their time, so the primary key finds the oldest and younger tickets are not read.
    const [, count] = (await source.query(
      `DELETE FROM tickets WHERE id IN
         (SELECT id FROM tickets WHERE id < $1 AND expires_at < $2 ORDER BY id LIMIT ${pageSize})`,
      [firstIdOf(before.getTime()), before],
    )) as [unknown, number];
    page = count;
  }
  return removed;
}
