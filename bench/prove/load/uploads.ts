import type { Random } from '../random.js';
import type { Kind } from './media.js';

/**
 * How it is uploaded: by the ticket's signed URL, by its form, or by an SDK with the ticket's callback, in one
 * request or in parts.
 */
type Way = 'put' | 'form' | 'sdk' | 'multipart';

/** A planned upload. */
export interface PlannedUpload {
  readonly number: number;
  readonly kind: Kind;
  readonly way: Way;
  readonly objectKey: string;
}

/** Shares of the kinds; the rest are photos. */
export type KindShares = readonly (readonly [Kind, number])[];

const usualShares: KindShares = [
  ['sound', 0.01],
  ['film', 0.005],
  ['damaged', 0.01],
];
const wayShares: readonly (readonly [Way, number])[] = [
  ['form', 0.3],
  ['sdk', 0.3],
];
const endings: Record<Kind, string> = { photo: 'jpg', sound: 'm4a', film: 'mp4', damaged: 'jpg' };

/** Plans an upload. More than nine in ten are photos. Films are uploaded in parts, all others in a random way. */
export function planUpload(number: number, random: Random, shares = usualShares): PlannedUpload {
  const kind = chosen(shares, random()) ?? 'photo';
  const way = kind === 'film' ? 'multipart' : (chosen(wayShares, random()) ?? 'put');
  return { number, kind, way, objectKey: `${kind}/${number}.${endings[kind]}` };
}

/**
 * Chooses an item by its share, given a number between 0 and 1; undefined if the number exceeds the sum of all
 * shares.
 */
function chosen<Name>(shares: readonly (readonly [Name, number])[], place: number): Name | undefined {
  let passed = 0;
  return shares.find(([, share]) => (passed += share) > place)?.[0];
}
