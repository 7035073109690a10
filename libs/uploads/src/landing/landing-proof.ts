import { hash, timingSafeEqual } from 'node:crypto';
import type { LandedObject } from '#media';
import { type Config, isLandfallError } from '#runtime';
import type { UploadSource } from '../rows/upload.entity.js';
import { checkTicketNonce, isTicketNonce, type TicketProof } from '../tickets/ticket-nonce.js';
import { ticketVar } from '../tickets/tickets.js';
import type { Landing } from './landing.js';

/** How a message of OSS arrived, apart from the object that it reports. */
export interface Arrival {
  source: Extract<UploadSource, 'callback' | 'event'>;
  /** The last part of the path: `/callbacks/oss/<secret>`, `/events/oss/<secret>`. */
  secret: string | undefined;
  /** OSS's id of the upload request: of a callback the header `x-oss-request-id`, which OSS does not sign. */
  requestId: string | undefined;
  now: Date;
}

/** What callbacks and events are checked against. */
export interface ProofSettings {
  trust: Config<'callback'>['callback']['trust'];
  /** SHA-256 digests of the URL secrets. */
  urlDigests: readonly Buffer[];
  ticketSecrets: readonly string[];
}

/** Derives the settings; call once, because callbacks arrive by the thousand. */
export function proofSettingsOf({ callback, tickets }: Config<'callback' | 'tickets'>): ProofSettings {
  return {
    trust: callback.trust,
    urlDigests: callback.urlSecrets.map(digestOf),
    ticketSecrets: tickets.secrets,
  };
}

/**
 * Finds the proof of a callback or event: one of our tickets for this object, or our secret URL.
 * The OSS signature alone proves nothing, because OSS signs the callbacks of all its customers,
 * whatever their templates contain. The nonce is not kept in the vars: whoever has it has the ticket.
 * @throws LandfallError ticket.missing, ticket.invalid, ticket.expired if there is no proof and
 * CALLBACK_TRUST requires one
 */
export function toLanding(landed: LandedObject, arrival: Arrival, settings: ProofSettings): Landing {
  const vars = { ...landed.vars };
  const nonce = vars[ticketVar];
  if (isTicketNonce(nonce)) delete vars[ticketVar];
  const requestId = readRequestId(landed.vars['reqId']) ?? readRequestId(arrival.requestId);
  const ticket = ticketOf(nonce, landed, settings, arrival.now);
  const reported = { ...landed, source: arrival.source, requestId, ticketId: null, ...ticket };
  if (ticket === null && isSecret(arrival.secret, settings.urlDigests))
    return { ...reported, vars, claimedVars: null, proof: 'url' };
  // Always throws here, with the reason why there is no valid ticket.
  if (ticket === null && settings.trust === 'ticket')
    checkTicketNonce(nonce, landed, settings.ticketSecrets, arrival.now);
  const claimedVars = Object.keys(vars).length > 0 ? vars : null;
  return { ...reported, vars: {}, claimedVars, proof: ticket === null ? null : 'ticket' };
}

/**
 * Returns null if there is no valid ticket. Creates no error, because most callbacks have no
 * ticket.
 */
function ticketOf(
  nonce: string | undefined,
  landed: LandedObject,
  { ticketSecrets }: ProofSettings,
  now: Date,
): TicketProof | null {
  if (!isTicketNonce(nonce)) return null;
  try {
    return checkTicketNonce(nonce, landed, ticketSecrets, now);
  } catch (error) {
    if (isLandfallError(error)) return null;
    throw error;
  }
}

/** Whether it is the secret of one of our URLs. Compares digests in constant time. */
export function isSecret(given: string | undefined, digests: readonly Buffer[]): boolean {
  if (given === undefined) return false;
  const digest = digestOf(given);
  return digests.some((known) => timingSafeEqual(digest, known));
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function readRequestId(text: string | undefined): string | null {
  return text !== undefined && /^[\w-]{1,64}$/.test(text) ? text : null;
}
