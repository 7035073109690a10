import { uploadFilterFields } from '#uploads';
import { z } from 'zod';

const text = z
  .string()
  .max(32_000)
  .describe('a pipelines file in YAML or JSON; the whole request body is limited to 32 KiB');

/** The body of POST /v1/pipelines/check. */
export const checkSchema = z
  .strictObject({ text })
  .meta({ id: 'PipelinesText', description: 'A pipelines file to check.' });

const { bucket, prefix, kind, createdAfter, createdBefore } = uploadFilterFields;

/** The body of POST /v1/pipelines/dry-run. */
export const dryRunSchema = z
  .strictObject({
    text: text.optional().describe('another pipelines file; defaults to the current one'),
    bucket,
    prefix,
    kind,
    createdAfter,
    createdBefore,
    cursor: z.string().max(500).optional().describe('nextCursor of the previous response'),
  })
  .meta({ id: 'DryRunRequest', description: 'The uploads to examine, and the pipelines file to apply.' });

/** The body of POST /v1/pipelines/try. */
export const trySchema = z
  .strictObject({
    uploadId: z.uuid('must be a UUID').toLowerCase(),
    rendition: z
      .record(z.string(), z.unknown())
      .describe('an image as specified in a pipelines file; `name` and `kind` may be omitted'),
  })
  .meta({ id: 'TrialRequest', description: 'An image to try on an upload.' });
