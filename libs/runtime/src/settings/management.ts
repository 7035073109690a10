import { z } from 'zod';

/** The management port of a process, for its operators. */
export const management = z.object({
  MANAGEMENT_HOST: z
    .string()
    .default('0.0.0.0')
    .describe('address of the management port; nothing there needs a key, so do not let the world reach it'),
  MANAGEMENT_PORT: z.coerce
    .number('must be an integer')
    .int('must be an integer')
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'port with /metrics, /health/live, /health/ready and /queues; 0 picks a free one, and without it there is none',
    ),
});
