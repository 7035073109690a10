import { createHmac, timingSafeEqual } from 'node:crypto';
import { LandfallError } from '#runtime';

/** What a nonce proves. */
export interface TicketProof {
  ticketId: string;
  /** The `traceparent` of the client that asked for the ticket. */
  clientTrace?: string | undefined;
}

/** What a nonce certifies: a ticket for one object, until its expiry. */
export interface TicketClaim extends TicketProof {
  bucket: string;
  objectKey: string;
  /** Truncated to whole seconds. */
  expiresAt: Date;
}

/**
 * Seconds for which a nonce stays valid after its expiry. OSS checks the expiry when an upload begins and calls back when it
 * ends: 5 GB, the maximum of one request, take six hours at 2 Mbit/s.
 */
export const ticketGraceS = 21_600;

const form =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,12})(?:\.([0-9a-f]{2}(?:-[0-9a-f]{2,32}){3}))?\.([\w-]{43})$/;

/**
 * `<ticketId>.<expiry, unix seconds>[.<traceparent>].<base64url HMAC-SHA256>`: the value of `x:ticket`.
 * Pure.
 */
export function signTicketNonce(
  { ticketId, bucket, objectKey, expiresAt, clientTrace }: TicketClaim,
  secret: string,
): string {
  const expiry = String(Math.floor(expiresAt.getTime() / 1_000));
  const mac = macOf({ ticketId, expiry, bucket, objectKey, clientTrace }, secret).toString('base64url');
  return [ticketId, expiry, ...(clientTrace === undefined ? [] : [clientTrace]), mac].join('.');
}

/** Whether a value has the form of a nonce; a client's own var may also be named `ticket`. */
export function isTicketNonce(value: string | undefined): boolean {
  return value !== undefined && form.test(value);
}

/**
 * Checks the nonce that an upload of this object brought back, without asking the database.
 * @param secrets all that are valid; any of them may have signed
 * @param now the nonce holds for `ticketGraceS` beyond its expiry
 * @throws LandfallError ticket.missing, ticket.invalid, ticket.expired
 */
export function checkTicketNonce(
  nonce: string | undefined,
  { bucket, objectKey }: Pick<TicketClaim, 'bucket' | 'objectKey'>,
  secrets: readonly string[],
  now: Date,
): TicketProof {
  if (!nonce) throw new LandfallError('ticket.missing', 'the callback has no x:ticket');
  const [, ticketId, expiry, clientTrace, mac] = form.exec(nonce) ?? [];
  if (ticketId === undefined || expiry === undefined || mac === undefined)
    throw new LandfallError('ticket.invalid', 'x:ticket does not have the form of a ticket');
  const given = Buffer.from(mac, 'base64url');
  const holds = secrets.some((secret) =>
    timingSafeEqual(given, macOf({ ticketId, expiry, bucket, objectKey, clientTrace }, secret)),
  );
  if (!holds)
    throw new LandfallError('ticket.invalid', `${ticketId} was not issued for ${bucket}/${objectKey}`);
  if (now.getTime() > (Number(expiry) + ticketGraceS) * 1_000)
    throw new LandfallError('ticket.expired', `${ticketId}; request a new one`);
  return { ticketId, clientTrace };
}

/**
 * The object key comes last, as the only part that may contain a line break. The signed text has a
 * different prefix with a trace, since a trace could also be the name of a bucket.
 */
function macOf(
  { ticketId, expiry, bucket, objectKey, clientTrace }: Omit<TicketClaim, 'expiresAt'> & { expiry: string },
  secret: string,
): Buffer {
  const head = clientTrace === undefined ? 'ticket' : `traced-ticket\n${clientTrace}`;
  return createHmac('sha256', secret)
    .update(`${head}\n${ticketId}\n${expiry}\n${bucket}\n${objectKey}`)
    .digest();
}
