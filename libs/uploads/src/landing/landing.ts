import { hash } from 'node:crypto';
import type { LandedObject } from '#media';
import type { Proof, UploadSource } from '../rows/upload.entity.js';

/** One arrival of an object version, as reported by a message; the worker asks OSS for whatever that omits. */
export interface Landing extends LandedObject {
  /** How we learned of it. */
  source: UploadSource;
  /** Who vouches for it besides OSS; null if nobody does. */
  proof: Exclude<Proof, 'object'> | null;
  /** The ticket whose nonce it carried, only with proof `ticket`. The upload gets the vars of the ticket. */
  ticketId: string | null;
  /** Trusted custom values; only with proof `url`. */
  vars: Record<string, string>;
  /** Unverified custom values; null if there are none. */
  claimedVars: Record<string, string> | null;
  /** The `traceparent` of the client, from the ticket's nonce. */
  clientTrace?: string | undefined;
  /** OSS's id of the upload request; null if neither body nor header has it. */
  requestId: string | null;
}

/**
 * The identity of a landing, as 32 hex digits, which Postgres reads as a uuid: the same for a repeated callback and for one
 * that went to a second URL. A proven landing is identified by OSS's request id, if known; any other by everything that was
 * reported, so a forged report never counts as a repetition of a different one. Landings from different sources always
 * differ, even for one request: each has what the others lack, and they are merged once OSS has confirmed the version.
 */
export function landingKeyOf(landing: Landing): string {
  const { bucket, objectKey, proof, requestId } = landing;
  const source = landing.source === 'callback' ? '' : `\0${landing.source}`;
  const version = `${bucket}\0${objectKey}\0${requestId ?? ''}\0${proof === null ? '' : 'vouched'}${source}`;
  if (proof !== null && requestId !== null) return hash('md5', version);
  const { etag, sizeBytes, mimeType, imageInfo, vars, claimedVars, ticketId } = landing;
  const reported = JSON.stringify([etag, sizeBytes, mimeType, imageInfo, vars, claimedVars, ticketId]);
  return hash('md5', `${version}\0${reported}`);
}

/** The landing of an object that was found in its bucket and reported by no message. */
export function reconciledLanding(
  object: Pick<LandedObject, 'bucket' | 'objectKey' | 'etag' | 'sizeBytes'>,
): Landing {
  return { ...object, ...unsaid, source: 'reconcile', proof: null, ticketId: null };
}

/** The landing of a ticket's object whose callback has not arrived; its vars are the ticket's. */
export function ticketLanding(ticketId: string, object: Parameters<typeof reconciledLanding>[0]): Landing {
  return { ...object, ...unsaid, source: 'ticket', proof: 'ticket', ticketId };
}

/** The fields that only messages of OSS fill. */
const unsaid = { mimeType: null, imageInfo: null, vars: {}, claimedVars: null, requestId: null };
