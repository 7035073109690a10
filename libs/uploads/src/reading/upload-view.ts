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
      .meta({ id: 'WarningCode', description: 'docs/errors.md describes them; new codes may be added.' }),
  )
  .describe('defects of an upload or rendition that is nevertheless ready; the codes are in docs/errors.md');

const errorSchema = z
  .object({ code: z.string(), message: z.string() })
  .meta({
    id: 'MediaError',
    description: 'Why it failed. `code` is stable; docs/errors.md describes all codes.',
  })
  .nullable();

/** The status of an upload. */
export const uploadStatusSchema = z.enum(uploadStatuses).meta({
  id: 'UploadStatus',
  description:
    'stored, then processing, then ready, failed, or ignored if no pipeline matches; deleted on request, when its object is gone, or when merged into another upload.',
});

/** The kind of media of an upload. */
export const mediaKindSchema = z
  .enum(mediaKinds)
  .meta({ id: 'MediaKind', description: 'The kind of media, detected from the content.' });

/** The kind of a rendition. */
export const renditionKindSchema = z
  .enum(renditionKinds)
  .meta({ id: 'RenditionKind', description: 'The kind of a rendition; docs/pipelines.md describes each.' });

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
    url: z.string().nullable().describe('signed URL; null until the rendition is ready or partly playable'),
    dashUrl: z.string().optional().describe('URL of the DASH manifest of the same stream, if there is one'),
    urlExpiresAt: z.iso.datetime().nullable(),
    progress: z.number().nullable().describe('share completed, 0 to 1, while it is being made'),
    speed: z
      .number()
      .nullable()
      .describe('processing speed as a multiple of playback speed, while it is being made'),
    encoder: z.string().nullable().describe('the encoder that made it, such as libx264'),
    details: z
      .record(z.string(), z.unknown())
      .describe(
        'further facts about the result: rungs, codecs, loudness, sprite geometry, the quality that auto chose',
      ),
    warnings: warningsSchema,
    log: z
      .string()
      .nullable()
      .optional()
      .describe('last lines of the encoder output if it failed; only in responses with a single upload'),
    error: errorSchema,
  })
  .meta({
    id: 'Rendition',
    description: 'A named result derived from an upload, as its pipeline defines it.',
  });

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
      .describe('what OSS itself reports about the image'),
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
      .describe('where imageInfo differs from the content'),
    vars: z
      .record(z.string(), z.string())
      .describe(
        'custom values that are vouched for: by the ticket, the secret callback URL, or CALLBACK_TRUST=any',
      ),
    claimedVars: z
      .record(z.string(), z.string())
      .describe(
        'custom values of a callback that nothing vouches for: anyone who can upload to any OSS bucket can claim them',
      ),
    title: z.string().nullable().describe('set by your backend with PATCH, like tags and labels'),
    tags: z.array(z.string()),
    labels: z.record(z.string(), z.string()),
    proof: z
      .enum(proofs)
      .meta({ id: 'Proof' })
      .nullable()
      .describe(
        'what vouches for it: a ticket, the secret callback URL, or only the object in the bucket; null if nothing does yet',
      ),
    requestId: z.string().nullable().describe('OSS request id of the upload'),
    current: z.boolean().describe('whether it is the newest known version of its object'),
    supersededBy: z.uuid().nullable().describe('the upload of the newest version, if that is another one'),
    kind: mediaKindSchema.nullable(),
    status: uploadStatusSchema,
    error: errorSchema,
    warnings: warningsSchema,
    pipeline: z.string().nullable(),
    source: z
      .enum(uploadSources)
      .meta({ id: 'UploadSource', description: 'How Landfall first learned of it.' }),
    metadata: z
      .record(z.string(), z.unknown())
      .describe(
        'facts read from the content; responses with a single upload include the raw tags of an image as `raw`',
      ),
    placeholder: z
      .object({
        thumbHash: z.string(),
        color: z.string(),
        colors: z.array(z.object({ color: z.string(), share: z.number() })),
      })
      .meta({ id: 'Placeholder', description: 'The preview to show while an image loads.' })
      .nullable(),
    perceptualHash: z
      .string()
      .nullable()
      .describe('16 hex digits; those of near duplicates differ in few bits'),
    distance: z
      .number()
      .optional()
      .describe(
        'number of bits in which perceptualHash differs from that of the upload in similarTo; only with similarTo',
      ),
    renditions: z.array(renditionSchema),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    readyAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Upload', description: 'An upload with its renditions.', examples: [uploadExample] });

export type UploadView = z.output<typeof uploadViewSchema>;
export type RenditionView = z.output<typeof renditionSchema>;
