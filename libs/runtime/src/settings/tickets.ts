import { z } from 'zod';
import { integer, list } from './values.js';

const secret = z.string().min(32, 'each secret must have 32 or more characters');

export const tickets = z.object({
  TICKET_SECRETS: list('')
    .pipe(z.tuple([secret], secret, 'must contain at least one secret of 32 or more characters'))
    .describe(
      'comma-separated secrets of upload tickets: the first signs, all are valid; to rotate, prepend a new one and remove the old one a day after its last ticket has expired',
    ),
  TICKET_KEY_TEMPLATE: z
    .string()
    .min(1)
    .default('uploads/{yyyy}/{mm}/{dd}/{id}/{fileName}')
    .describe('object key of tickets requested without a key: {yyyy} {mm} {dd} {id} {fileName}, in UTC'),
  TICKET_PREFIXES: list('').describe('comma-separated key prefixes that tickets may use; empty allows any'),
  TICKET_MAX_BYTES: integer(5_368_709_120, 1, 5_368_709_120).describe(
    'maximum upload size of a ticket, and the default; OSS accepts 5 GiB in one request',
  ),
  TICKET_LIFETIME_S: integer(3_600, 60, 604_800).describe(
    'maximum lifetime of a ticket, and the default; an upload must begin within it',
  ),
  TICKET_FOLLOW_UP_S: integer(300, 0, 86_400).describe(
    'how long after issuing a ticket a worker asks OSS for its object if no callback has arrived; if the ticket is still unused, it asks once more ten minutes after the ticket expires; 0 disables this',
  ),
});
