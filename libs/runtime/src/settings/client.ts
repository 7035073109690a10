import { z } from 'zod';
import { url } from './values.js';

/** Settings of the commands that call an api: `landfall uploads`, `events`, `webhooks`, `tickets`, `queues`. */
export const client = z.object({
  LANDFALL_API_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('URL of the api that commands call; defaults to that of the local run'),
  LANDFALL_API_KEY: z.string().optional().describe('API key that commands send'),
});
