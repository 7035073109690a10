import { ticketVar } from '#uploads';
import { z } from 'zod';

/** Names of the callback's own fields, which a var of the same name would shadow. */
const reservedNames = new Set([ticketVar, 'bucket', 'object', 'etag', 'size', 'crc64', 'operation']);

const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text without NUL');

const contentType = z
  .string()
  .max(127)
  .regex(
    /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/,
    'must be a lower-case content type such as image/jpeg',
  );

const vars = z.record(
  z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be a name of lower-case letters, digits, _ and -')
    .refine((name) => !reservedNames.has(name), 'must not be a name that the callback itself uses'),
  text(512),
);

/** The body of POST /v1/tickets. */
export const ticketRequestSchema = z
  .strictObject({
    fileName: text(255)
      .min(1)
      .regex(/^[^/\\]*$/, 'must not contain / or \\')
      .optional()
      .describe('file name, replaces {fileName} in the key'),
    key: text(1_023)
      .min(1)
      .optional()
      .describe('object key; may contain {yyyy} {mm} {dd} {id} {fileName}; defaults to TICKET_KEY_TEMPLATE'),
    bucket: z
      .string()
      .max(63)
      .optional()
      .describe('bucket of the upload; defaults to the first of OSS_BUCKETS'),
    contentType: contentType.optional().describe('the only allowed content type'),
    contentTypes: z
      .array(contentType)
      .min(1)
      .max(20)
      .optional()
      .describe('the allowed content types; the first is the default, and the only one for put'),
    maxBytes: z
      .int()
      .min(1)
      .optional()
      .describe('maximum file size; TICKET_MAX_BYTES is the default and the upper limit'),
    vars: vars
      .refine((value) => Object.keys(value).length <= 20, 'must have at most 20 names')
      .default({})
      .describe('custom values of the upload'),
    pipeline: z.string().max(63).optional().describe('name of a pipeline in the pipelines file'),
    lifetimeS: z
      .int()
      .min(1)
      .optional()
      .describe('lifetime in seconds; TICKET_LIFETIME_S is the default and the upper limit'),
    overwrite: z
      .boolean()
      .default(false)
      .describe(
        'whether the upload may overwrite an object, including one uploaded with this ticket; otherwise OSS refuses it with 409 FileAlreadyExists',
      ),
    signature: z
      .enum(['v1', 'v4'])
      .default('v4')
      .describe('signature version of the form; put always uses v4'),
  })
  .meta({
    id: 'TicketRequest',
    description: 'The upload that a ticket is to permit.',
    examples: [{ fileName: 'holiday.jpg', contentType: 'image/jpeg', vars: { user_id: '42' } }],
  });

export type TicketRequest = z.output<typeof ticketRequestSchema>;
