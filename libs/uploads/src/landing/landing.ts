import { hash } from 'node:crypto';
import type { LandedObject } from '#media';
import type { Proof, UploadSource } from '../rows/upload.entity.js';

/** One arrival of an object version, as a message tells of it; what that leaves out, the worker asks OSS for. */
export interface Landing extends LandedObject {
  /** How we learn of it. */
  source: UploadSource;
  /** Who vouches for it beside OSS; null for nobody. */
  proof: Exclude<Proof, 'object'> | null;
  /** The ticket whose nonce it brought, with proof `ticket` alone: the vars are those that it was issued with. */
  ticketId: string | null;
  /** Custom values that are true; with proof `url` alone. */
  vars: Record<string, string>;
  /** Custom values that are nobody's word; null when there are none. */
  claimedVars: Record<string, string> | null;
  /** The `traceparent` of the client, which its ticket brought. */
  clientTrace?: string | undefined;
  /** OSS's id of the request that uploaded; null when neither body nor header tells it. */
  requestId: string | null;
}

/**
 * What tells landings apart, as 32 hex digits, which Postgres reads as a uuid: the same for a repeated callback and for one that
 * went to a second URL. Where somebody vouches, OSS's request id is enough. Where nobody does, everything that was told is in it,
 * so that nothing that a stranger tells can be taken for something else that was told. What is learned in different ways never
 * is one landing, even of one request: each brings what the others lack, and they meet when OSS has confirmed the version.
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

/** The landing of an object that was found in its bucket, and of which nobody has said anything. */
export function reconciledLanding(
  object: Pick<LandedObject, 'bucket' | 'objectKey' | 'etag' | 'sizeBytes'>,
): Landing {
  return { ...object, ...unsaid, source: 'reconcile', proof: null, ticketId: null };
}

/** The landing of a ticket's object, of which its callback has not come; its vars are the ticket's. */
export function ticketLanding(ticketId: string, object: Parameters<typeof reconciledLanding>[0]): Landing {
  return { ...object, ...unsaid, source: 'ticket', proof: 'ticket', ticketId };
}

/** What only messages of OSS say. */
const unsaid = { mimeType: null, imageInfo: null, vars: {}, claimedVars: null, requestId: null };
