import { uploadFilterFields } from '#uploads';
import { z } from 'zod';

const text = z
  .string()
  .max(32_000)
  .describe('a pipelines file: YAML, or JSON, which is YAML too; the whole body has at most 32 KiB');

/** The body of POST /v1/pipelines/check. */
export const checkSchema = z
  .strictObject({ text })
  .meta({ id: 'PipelinesText', description: 'A pipelines file that is to be checked.' });

const { bucket, prefix, kind, createdAfter, createdBefore } = uploadFilterFields;

/** The body of POST /v1/pipelines/dry-run. */
export const dryRunSchema = z
  .strictObject({
    text: text.optional().describe('another pipelines file; without it the one that is in force'),
    bucket,
    prefix,
    kind,
    createdAfter,
    createdBefore,
    cursor: z.string().max(500).optional().describe('nextCursor of the previous answer'),
  })
  .meta({ id: 'DryRunRequest', description: 'Which uploads are to be looked at, and by which file.' });

/** The body of POST /v1/pipelines/try. */
export const trySchema = z
  .strictObject({
    uploadId: z.uuid('must be a UUID').toLowerCase(),
    rendition: z
      .record(z.string(), z.unknown())
      .describe('an image as the pipelines file asks for it; `name` and `kind` may be left out'),
  })
  .meta({ id: 'TrialRequest', description: 'An image that is to be tried on an upload.' });
