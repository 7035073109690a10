import { renditionKinds } from '#media';
import { type WarningCode, warningTable } from '#runtime';
import { z } from 'zod';
import { renditionStatuses } from '../rows/rendition.entity.js';
import { mediaKinds, proofs, uploadSources, uploadStatuses } from '../rows/upload.entity.js';
import { uploadExample } from './upload-example.js';

const warningsSchema = z
  .array(
    z
      .enum(Object.keys(warningTable) as [WarningCode, ...WarningCode[]])
      .meta({ id: 'WarningCode', description: 'docs/errors.md explains them; codes may be added.' }),
  )
  .describe('what is not as it should be, although it is ready; the codes are in docs/errors.md');

const errorSchema = z
  .object({ code: z.string(), message: z.string() })
  .meta({ id: 'MediaError', description: 'Why it failed. `code` is stable: docs/errors.md explains all.' })
  .nullable();

/** The status of an upload. */
export const uploadStatusSchema = z.enum(uploadStatuses).meta({
  id: 'UploadStatus',
  description:
    'stored, then processing, then ready, failed, or ignored if no pipeline wants it; deleted on request.',
});

/** The kind of media of an upload. */
export const mediaKindSchema = z
  .enum(mediaKinds)
  .meta({ id: 'MediaKind', description: 'What the bytes are, read from the bytes.' });

/** The kind of a rendition. */
export const renditionKindSchema = z
  .enum(renditionKinds)
  .meta({ id: 'RenditionKind', description: 'docs/pipelines.md explains them.' });

/** The status of a rendition. */
export const renditionStatusSchema = z.enum(renditionStatuses).meta({ id: 'RenditionStatus' });

const renditionSchema = z
  .object({
    name: z.string(),
    kind: renditionKindSchema,
    status: renditionStatusSchema,
    mimeType: z.string().nullable(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    sizeBytes: z.number().nullable(),
    durationMs: z.number().nullable(),
    objectKey: z.string().nullable(),
    url: z.string().nullable().describe('signed; null until the rendition is ready, or a part of it plays'),
    dashUrl: z.string().optional().describe('the DASH manifest of the same stream, where there is one'),
    urlExpiresAt: z.iso.datetime().nullable(),
    progress: z.number().nullable().describe('share that is made, 0 to 1, while it is made'),
    speed: z.number().nullable().describe('how many times faster than it plays it is made, while it is made'),
    encoder: z.string().nullable().describe('what encoded it, such as libx264'),
    details: z
      .record(z.string(), z.unknown())
      .describe(
        'what else is known of the result: rungs, codecs, loudness, geometry of sprites, the quality that auto came to',
      ),
    warnings: warningsSchema,
    log: z
      .string()
      .nullable()
      .optional()
      .describe('the last lines that the encoder said of a failure; for one upload only'),
    error: errorSchema,
  })
  .meta({ id: 'Rendition', description: 'What is made of an upload, by its name in the pipeline.' });

/** An upload as the API shows it. */
export const uploadViewSchema = z
  .object({
    id: z.uuid(),
    bucket: z.string(),
    objectKey: z.string(),
    etag: z.string().nullable(),
    sizeBytes: z.number().nullable(),
    mimeType: z.string().nullable(),
    imageInfo: z
      .object({ width: z.number().nullable(), height: z.number().nullable(), format: z.string().nullable() })
      .meta({ id: 'ImageInfo' })
      .nullable()
      .describe('what OSS itself read from the image'),
    contradictions: z
      .array(
        z
          .object({
            field: z.enum(['width', 'height', 'format']),
            imageInfo: z.union([z.string(), z.number()]),
            found: z.union([z.string(), z.number()]),
          })
          .meta({ id: 'Contradiction' }),
      )
      .describe('where imageInfo is not what the bytes say'),
    vars: z
      .record(z.string(), z.string())
      .describe(
        'custom values that somebody vouches for: the ticket, the secret callback URL, or CALLBACK_TRUST=any',
      ),
    claimedVars: z
      .record(z.string(), z.string())
      .describe(
        'custom values of a callback that are nobody’s word: whoever can upload to any bucket can claim them',
      ),
    title: z.string().nullable().describe('what your backend says of it, by PATCH; so are tags and labels'),
    tags: z.array(z.string()),
    labels: z.record(z.string(), z.string()),
    proof: z
      .enum(proofs)
      .meta({ id: 'Proof' })
      .nullable()
      .describe(
        'what vouches for it: a ticket, the secret callback URL, the object in the bucket alone, nothing yet',
      ),
    requestId: z.string().nullable().describe('OSS’s id of the request that uploaded'),
    current: z.boolean().describe('whether it is the newest version of its object that is known'),
    supersededBy: z.uuid().nullable().describe('the upload of the newest version, where that is another'),
    kind: mediaKindSchema.nullable(),
    status: uploadStatusSchema,
    error: errorSchema,
    warnings: warningsSchema,
    pipeline: z.string().nullable(),
    source: z
      .enum(uploadSources)
      .meta({ id: 'UploadSource', description: 'How Landfall heard of it first.' }),
    metadata: z
      .record(z.string(), z.unknown())
      .describe('facts read from the bytes; for one upload with the raw tags of an image as `raw`'),
    placeholder: z
      .object({
        thumbHash: z.string(),
        color: z.string(),
        colors: z.array(z.object({ color: z.string(), share: z.number() })),
      })
      .meta({ id: 'Placeholder', description: 'What is shown while an image loads.' })
      .nullable(),
    perceptualHash: z
      .string()
      .nullable()
      .describe('16 hex digits that differ in few bits from those of near duplicates'),
    distance: z
      .number()
      .optional()
      .describe(
        'bits in which perceptualHash differs from that of the upload asked for; with similarTo only',
      ),
    renditions: z.array(renditionSchema),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    readyAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Upload', description: 'What landed, and what became of it.', examples: [uploadExample] });

export type UploadView = z.output<typeof uploadViewSchema>;
export type RenditionView = z.output<typeof renditionSchema>;
