import { z } from 'zod';
import { tokenScopes } from './access-token.js';

const isBetween = (min: number, value: number, max: number) => min <= value && value <= max;
/** With the longest lists of ids, a token is not longer than `checkToken` takes. */
const varsMaxBytes = 4_096;
const ids = z.array(z.uuid('must be a UUID').toLowerCase()).max(20).default([]);

/** The body of POST /v1/tokens. */
export const tokenRequestSchema = z
  .strictObject({
    scopes: z
      .array(z.enum(tokenScopes))
      .min(1)
      .default([...tokenScopes])
      .describe('events: GET /v1/events/stream; uploads: GET /v1/uploads/{id}'),
    uploads: ids.describe('ids of uploads that the token covers'),
    tickets: ids.describe('ids of tickets: covers the uploads made with them'),
    vars: z
      .record(z.string().min(1).max(127), z.string().max(512))
      .refine((vars) => isBetween(1, Object.keys(vars).length, 5), 'must have 1 to 5 names')
      .refine(
        (vars) => Buffer.byteLength(JSON.stringify(vars)) <= varsMaxBytes,
        `must have at most ${varsMaxBytes} bytes as JSON`,
      )
      .optional()
      .describe('values of vars: covers the uploads that have all of them'),
    lifetimeS: z
      .int()
      .min(1)
      .optional()
      .describe('lifetime in seconds; LIVE_TOKEN_LIFETIME_S is the default and the upper limit'),
  })
  .refine(
    ({ uploads, tickets, vars }) => uploads.length + tickets.length > 0 || vars !== undefined,
    'must name uploads, tickets or vars',
  )
  .meta({ id: 'TokenRequest', description: 'The uploads and scopes of a token.' });
export type TokenRequest = z.output<typeof tokenRequestSchema>;

/** The response of POST /v1/tokens. */
export const issuedTokenSchema = z
  .object({
    token: z.string().describe('send it as `?token=` to the stream, or as a bearer token'),
    scopes: z.array(z.enum(tokenScopes)),
    expiresAt: z.iso.datetime(),
    cursor: z.string().describe('pass it as `after` to a stream to get every event from now on'),
  })
  .meta({ id: 'IssuedToken', description: 'A token for a browser.' });
export type IssuedToken = z.output<typeof issuedTokenSchema>;
