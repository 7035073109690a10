import { counter, histogram } from '#runtime';

/** Attempts by outcome: `delivered`, or the error code. */
export const attemptOutcomes = counter(
  'landfall_webhook_attempts_total',
  'Attempts to deliver an event to a webhook, by outcome',
  'outcome',
);

export const attemptDurations = histogram(
  'landfall_webhook_attempt_seconds',
  'Duration of an attempt to deliver an event to a webhook',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
);

/** Only first attempts, because waiting for a retry is not our delay. */
export const deliveryDelays = histogram(
  'landfall_webhook_delay_seconds',
  'Time from the event to the end of its first attempt, of deliveries that succeeded at the first attempt',
  [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
);

/** Deliveries that failed permanently. */
export const deliveriesGivenUp = counter(
  'landfall_webhook_given_up_total',
  'Deliveries that failed after the last attempt, by error code',
  'code',
);

export const webhooksDisabled = counter(
  'landfall_webhooks_disabled_total',
  'Webhooks that were disabled because of failed deliveries, by reason',
  'reason',
);
// Starts at 0; otherwise Prometheus would not see the first one as an increase.
for (const reason of ['gone', 'failing']) webhooksDisabled.count(reason, 0);
