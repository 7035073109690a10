import { type EventType, eventTypes } from '#events';
import { errorRowOf } from '#runtime';
import { z } from 'zod';
import { type Delivery, deliveryStates, testType } from '../rows/delivery.entity.js';

const time = z.iso.datetime().nullable();
/** Delivery types: those of the event log, and the test event. */
export const deliveryTypeSchema = z
  .enum([testType, ...(Object.keys(eventTypes) as EventType[])])
  .meta({ id: 'DeliveryType', description: 'The type of an event, or webhook.test.' });

export const deliveryStateSchema = z
  .enum(deliveryStates)
  .meta({ id: 'DeliveryState', description: 'The state of a delivery: pending → delivered or failed.' });

/** A delivery in the API. */
export const deliveryViewSchema = z
  .object({
    webhookId: z.uuid(),
    eventId: z.uuid().describe('sent to the receiver as webhook-id'),
    type: deliveryTypeSchema,
    uploadId: z.uuid().nullable(),
    state: deliveryStateSchema,
    attempts: z.int().describe('number of attempts since it was created or last replayed'),
    nextAttemptAt: time.describe('null unless it is pending'),
    lastAttempt: z
      .object({
        endedAt: z.iso.datetime(),
        durationMs: z.int(),
        status: z.int().nullable().describe('HTTP status of the response; null if there was none'),
        answer: z.string().nullable().describe('the beginning of the response body'),
        error: z
          .object({ code: z.string(), message: z.string() })
          .nullable()
          .describe('why it failed; null if it was delivered'),
      })
      .nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Delivery', description: 'One event for one webhook.' });
export type DeliveryView = z.output<typeof deliveryViewSchema>;

export function viewDelivery(delivery: Delivery): DeliveryView {
  const { attemptedAt, durationMs, status, answer, errorCode } = delivery;
  return {
    webhookId: delivery.webhookId,
    eventId: delivery.eventId,
    type: delivery.type,
    uploadId: delivery.uploadId,
    state: delivery.state,
    attempts: delivery.attempts,
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    lastAttempt: attemptedAt && {
      endedAt: attemptedAt.toISOString(),
      durationMs: durationMs ?? 0,
      status,
      answer,
      error: errorCode && { code: errorCode, message: errorRowOf(errorCode).message },
    },
    createdAt: delivery.createdAt.toISOString(),
  };
}
