import type { AttemptResult } from '../sending/send.js';
import type { DeliveryState } from '../rows/delivery.entity.js';
import type { ClaimedDelivery } from './claim-deliveries.js';

/** What becomes of a delivery after an attempt. */
export interface Outcome {
  delivery: ClaimedDelivery;
  state: DeliveryState;
  /** Seconds until the next attempt, of one that is pending. */
  retryS: number | null;
  /** Null if it was handed back before it was sent: then it costs no attempt. */
  attempt: AttemptResult | null;
}

/** Whether an outcome says something of the receiver: what was never sent does not. */
export const isOfReceiver = ({ attempt }: Outcome): boolean =>
  attempt !== null && attempt.errorCode !== 'delivery.event_gone';
