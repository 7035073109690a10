import type { AttemptResult } from '../sending/send.js';
import type { DeliveryState } from '../rows/delivery.entity.js';
import type { ClaimedDelivery } from './claim-deliveries.js';

/** The outcome of an attempt. */
export interface Outcome {
  delivery: ClaimedDelivery;
  state: DeliveryState;
  /** Seconds until the next attempt; null unless pending. */
  retryS: number | null;
  /** Null if it was handed back unsent, which does not count as an attempt. */
  attempt: AttemptResult | null;
}

/** Whether an outcome says something about the receiver, that is, whether a request was sent. */
export const isOfReceiver = ({ attempt }: Outcome): boolean =>
  attempt !== null && attempt.errorCode !== 'delivery.event_gone';
