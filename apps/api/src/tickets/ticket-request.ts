import { ticketVar } from '#uploads';
import { z } from 'zod';

/** Names that the callback's own fields have: a var of that name would hide one of them. */
const reservedNames = new Set([ticketVar, 'bucket', 'object', 'etag', 'size', 'crc64', 'operation']);

const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'well-formed text without NUL is wanted',
    );

const contentType = z
  .string()
  .max(127)
  .regex(
    /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/,
    'a content type such as image/jpeg is wanted, in lower case',
  );

const vars = z.record(
  z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'a name of lower-case letters, digits, _ and - is wanted')
    .refine((name) => !reservedNames.has(name), 'this name is taken by the callback itself'),
  text(512),
);

/** The body of POST /v1/tickets. */
export const ticketRequestSchema = z.strictObject({
  fileName: text(255)
    .min(1)
    .regex(/^[^/\\]*$/, 'a name without / and \\ is wanted')
    .optional()
    .describe('name of the file, for {fileName} in the key'),
  key: text(1_023)
    .min(1)
    .optional()
    .describe('object key; may have {yyyy} {mm} {dd} {id} {fileName}; default TICKET_KEY_TEMPLATE'),
  bucket: z.string().max(63).optional().describe('default: the first of OSS_BUCKETS'),
  contentType: contentType.optional().describe('the one content type that is allowed'),
  contentTypes: z
    .array(contentType)
    .min(1)
    .max(20)
    .optional()
    .describe('the content types that are allowed; the first is the default, and the only one for put'),
  maxBytes: z.int().min(1).optional().describe('largest file; default and most: TICKET_MAX_BYTES'),
  vars: vars
    .refine((value) => Object.keys(value).length <= 20, 'at most 20 are allowed')
    .default({})
    .describe('custom values that come back with the upload'),
  pipeline: z.string().max(63).optional().describe('name of a pipeline of the pipelines file'),
  lifetimeS: z.int().min(1).optional().describe('seconds; default and most: TICKET_LIFETIME_S'),
  overwrite: z
    .boolean()
    .default(false)
    .describe(
      'whether the upload may take the place of an object, also of one uploaded with this ticket; otherwise OSS refuses it with 409 FileAlreadyExists',
    ),
  signature: z.enum(['v1', 'v4']).default('v4').describe('signature of the form; put always has v4'),
});

export type TicketRequest = z.output<typeof ticketRequestSchema>;
