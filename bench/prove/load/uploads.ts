import type { Random } from '../random.js';
import type { Kind } from './media.js';

/** How it is uploaded: the ticket's signed URL, its form, or an SDK with the ticket's callback, in one request or in parts. */
type Way = 'put' | 'form' | 'sdk' | 'multipart';

/** One upload that is to be made. */
export interface PlannedUpload {
  readonly number: number;
  readonly kind: Kind;
  readonly way: Way;
  readonly objectKey: string;
}

/** How many of all uploads are of a kind; the rest are photos. */
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

/** Nine of ten and more are pictures. Films go in parts; the rest in turns, at random. */
export function planUpload(number: number, random: Random, shares = usualShares): PlannedUpload {
  const kind = chosen(shares, random()) ?? 'photo';
  const way = kind === 'film' ? 'multipart' : (chosen(wayShares, random()) ?? 'put');
  return { number, kind, way, objectKey: `${kind}/${number}.${endings[kind]}` };
}

/** What lies at this place, between 0 and 1, when all shares are laid out in a row; undefined behind them. */
function chosen<Name>(shares: readonly (readonly [Name, number])[], place: number): Name | undefined {
  let passed = 0;
  return shares.find(([, share]) => (passed += share) > place)?.[0];
}
