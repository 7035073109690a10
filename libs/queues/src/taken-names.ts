import { queueNames } from '#outbox';
import { z } from 'zod';

/** What workers take work from: the job queues, and deliveries, which are rows. */
export const takenNames = [...queueNames, 'delivery'] as const;
export type TakenName = (typeof takenNames)[number];
export const takenNameSchema = z
  .enum(takenNames)
  .meta({ id: 'QueueName', description: 'A queue of jobs, or the webhook deliveries.' });
