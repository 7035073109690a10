import { hash, timingSafeEqual } from 'node:crypto';
import type { LandedObject } from '#media';
import { isLandfallError } from '#runtime';
import { checkTicketNonce, isTicketNonce, type Landing, ticketVar } from '#uploads';
import type { ApiConfig } from '../tokens.js';

/** What a callback brings beside its body. */
export interface Arrival {
  /** The last part of the path: `/callbacks/oss/<secret>`. */
  secret: string | undefined;
  /** The header `x-oss-request-id`, which OSS does not sign. */
  requestId: string | undefined;
  now: Date;
}

export interface ProofSettings {
  trust: ApiConfig['callback']['trust'];
  /** Of the secret callback URLs. */
  urlDigests: readonly Buffer[];
  ticketSecrets: readonly string[];
}

/** Read once: callbacks come by the thousand. */
export function proofSettingsOf({
  callback,
  tickets,
}: Pick<ApiConfig, 'callback' | 'tickets'>): ProofSettings {
  return {
    trust: callback.trust,
    urlDigests: callback.urlSecrets.map(digestOf),
    ticketSecrets: tickets.secrets,
  };
}

/**
 * Says who vouches for what a callback tells, beside OSS, which signs the callbacks of all its customers and whatever their
 * templates say: a ticket of ours for this object, or our secret callback URL. The nonce stays here: whoever has it has the ticket.
 * @throws LandfallError ticket.missing, ticket.invalid, ticket.expired where nobody vouches and CALLBACK_TRUST wants somebody
 */
export function toLanding(landed: LandedObject, arrival: Arrival, settings: ProofSettings): Landing {
  const vars = { ...landed.vars };
  const nonce = vars[ticketVar];
  if (isTicketNonce(nonce)) delete vars[ticketVar];
  const requestId = readRequestId(landed.vars['reqId']) ?? readRequestId(arrival.requestId);
  const reported = { ...landed, requestId };
  const ticketId = ticketIdOf(nonce, landed, settings, arrival.now);
  const claimed = { ...reported, vars: {}, claimedVars: Object.keys(vars).length > 0 ? vars : null };
  if (ticketId !== null) return { ...claimed, proof: 'ticket', ticketId };
  if (isSecret(arrival.secret, settings.urlDigests))
    return { ...reported, vars, claimedVars: null, proof: 'url', ticketId: null };
  // Says what is wrong with it.
  if (settings.trust === 'ticket') checkTicketNonce(nonce, landed, settings.ticketSecrets, arrival.now);
  return { ...claimed, proof: null, ticketId: null };
}

/** Null when there is no ticket, or one that does not hold. Most callbacks have none: no error is made for those. */
function ticketIdOf(
  nonce: string | undefined,
  landed: LandedObject,
  { ticketSecrets }: ProofSettings,
  now: Date,
): string | null {
  if (!isTicketNonce(nonce)) return null;
  try {
    return checkTicketNonce(nonce, landed, ticketSecrets, now);
  } catch (error) {
    if (isLandfallError(error)) return null;
    throw error;
  }
}

/** Compared by digests, so that the time it takes tells nothing. */
function isSecret(given: string | undefined, digests: readonly Buffer[]): boolean {
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
