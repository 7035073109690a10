import { translateDatabaseErrors } from '#database';
import { firstIdOf, LandfallError } from '#runtime';
import type { DataSource } from 'typeorm';
import { signTicketNonce, ticketIdOf } from './ticket-nonce.js';
import { Ticket } from './ticket.entity.js';
import { Upload } from './upload.entity.js';

/** The name of the var that holds a ticket's nonce. */
export const ticketVar = 'ticket';

/** So long after it expired one can still ask what became of a ticket. */
const keptMs = 30 * 24 * 3_600_000;
const pageSize = 500;

/** @throws LandfallError database.unavailable */
export async function insertTicket(source: DataSource, ticket: Ticket): Promise<void> {
  await translateDatabaseErrors(source.getRepository(Ticket).insert(ticket));
}

/** @throws LandfallError ticket.not_found, database.unavailable */
export async function readTicket(source: DataSource, id: string): Promise<Ticket> {
  const ticket = await translateDatabaseErrors(source.getRepository(Ticket).findOneBy({ id }));
  if (!ticket) throw new LandfallError('ticket.not_found', id);
  return ticket;
}

/**
 * The ticket that an upload brought back; null when it brought none of ours for this object. Whether the nonce holds was
 * the callback's question: here a stranger could only get what the ticket grants for this very object.
 * @throws LandfallError database.unavailable
 */
export async function findTicketOf(source: DataSource, upload: Upload): Promise<Ticket | null> {
  const id = ticketIdOf(upload.vars[ticketVar]);
  if (id === undefined) return null;
  const { bucket, objectKey } = upload;
  return translateDatabaseErrors(source.getRepository(Ticket).findOneBy({ id, bucket, objectKey }));
}

/**
 * The id of the newest upload that a ticket was used for: one of its object whose vars hold its nonce; null when there is
 * none. A nonce holds under any of the secrets, because the first of them may have changed since.
 * @throws LandfallError database.unavailable
 */
export async function findTicketUpload(
  source: DataSource,
  ticket: Ticket,
  secrets: readonly string[],
): Promise<string | null> {
  const nonces = secrets.map((secret) => signTicketNonce({ ...ticket, ticketId: ticket.id }, secret));
  // Spelled out and not = ANY(…), which the GIN index cannot serve.
  const anyNonce = nonces.map((_, index) => `u.vars @> :nonce${index}::jsonb`).join(' OR ');
  const query = source
    .createQueryBuilder(Upload, 'u')
    .select('u.id', 'id')
    .where('u.bucket = :bucket AND u.object_key = :objectKey', ticket)
    .andWhere(
      `(${anyNonce})`,
      Object.fromEntries(
        nonces.map((nonce, index) => [`nonce${index}`, JSON.stringify({ [ticketVar]: nonce })]),
      ),
    )
    .orderBy('u.id', 'DESC')
    .limit(1);
  const row = await translateDatabaseErrors(query.getRawOne<{ id: string }>());
  return row?.id ?? null;
}

/**
 * Removes tickets that expired thirty days ago, one page at a time; uploads that they were used for stay.
 * @returns how many
 */
export async function removeOldTickets(source: DataSource, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page === pageSize && !signal.aborted; removed += page) {
    const before = new Date(Date.now() - keptMs);
    // Ids begin with their time: the primary key leads to the oldest, and nothing younger is looked at.
    const [, count] = (await source.query(
      `DELETE FROM tickets WHERE id IN
         (SELECT id FROM tickets WHERE id < $1 AND expires_at < $2 ORDER BY id LIMIT ${pageSize})`,
      [firstIdOf(before.getTime()), before],
    )) as [unknown, number];
    page = count;
  }
  return removed;
}
