import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and - are wanted')
  .describe('unique within the pipeline; part of the object key');
const quality = z.int().min(1).max(100).default(80).describe('1 to 100');
const side = z.int().min(1).max(16_383);

const image = z.strictObject({
  name,
  kind: z.literal('image'),
  width: side.describe('largest width in pixels; never enlarged'),
  height: side.optional().describe('largest height in pixels'),
  fit: z.enum(['inside', 'cover', 'contain']).default('inside'),
  format: z.enum(['webp', 'jpeg', 'png', 'avif']).default('webp'),
  quality,
});

const poster = z.strictObject({
  name,
  kind: z.literal('poster'),
  width: side.default(1280).describe('largest width in pixels; never enlarged'),
  format: z.enum(['webp', 'jpeg']).default('webp'),
  quality,
});

const hls = z.strictObject({
  name,
  kind: z.literal('hls'),
  heights: z
    .array(z.int().min(64).max(4_320))
    .min(1)
    .max(8)
    .default([1080, 720, 480])
    .describe('short sides of the ladder; those above the source are left out'),
  segmentSeconds: z.int().min(1).max(20).default(4),
});

const mp4 = z.strictObject({
  name,
  kind: z.literal('mp4'),
  height: z.int().min(64).max(4_320).default(720).describe('largest short side; never enlarged'),
});

const audio = z.strictObject({
  name,
  kind: z.literal('audio'),
  codec: z.literal('aac').default('aac'),
  bitrateKbps: z.int().min(16).max(512).default(128),
});

const rendition = z.discriminatedUnion('kind', [image, poster, hls, mp4, audio]);

const match = z.strictObject({
  kind: z.enum(['image', 'video', 'audio']).describe('what the bytes are'),
  bucket: z.string().optional().describe('only this bucket'),
  prefix: z.string().optional().describe('only object keys that begin with this'),
});

const pipeline = z
  .strictObject({ name, match, renditions: z.array(rendition).min(1).max(50) })
  .superRefine((value, context) => {
    const seen = new Set<string>();
    for (const [index, { name, kind }] of value.renditions.entries()) {
      if (seen.has(name))
        context.addIssue({
          code: 'custom',
          path: ['renditions', index, 'name'],
          message: `${name} is used twice`,
        });
      seen.add(name);
      if (kind === 'hls' || kind === 'mp4') {
        // All of them come from one decode in one run of the encoder, which makes one of each.
        if (seen.has(`/${kind}`))
          context.addIssue({
            code: 'custom',
            path: ['renditions', index, 'kind'],
            message: `a pipeline has at most one ${kind}`,
          });
        seen.add(`/${kind}`);
      }
      if (!makes[value.match.kind].includes(kind)) {
        context.addIssue({
          code: 'custom',
          path: ['renditions', index, 'kind'],
          message: `no ${kind} can be made of ${value.match.kind}`,
        });
      }
    }
  });

/** Which kinds of rendition can be made of which kind of upload. */
const makes: Record<'image' | 'video' | 'audio', readonly RenditionSpec['kind'][]> = {
  image: ['image'],
  video: ['poster', 'hls', 'mp4'],
  audio: ['audio'],
};

/** The whole file. The first pipeline that matches an upload is the one. */
export const pipelinesSchema = z.strictObject({
  version: z.literal(1),
  pipelines: z.array(pipeline).max(200),
});

export type RenditionSpec = z.output<typeof rendition>;
export type ImageSpec = z.output<typeof image>;
export type PosterSpec = z.output<typeof poster>;
export type HlsSpec = z.output<typeof hls>;
export type Mp4Spec = z.output<typeof mp4>;
export type AudioSpec = z.output<typeof audio>;
export type Pipelines = z.output<typeof pipelinesSchema>;
