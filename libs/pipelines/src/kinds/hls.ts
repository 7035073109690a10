import { z } from 'zod';
import { normalize, renditionName } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const hlsFields = z.strictObject({
  name: renditionName,
  kind: z.literal('hls'),
  heights: z
    .array(z.int().min(64).max(4_320))
    .min(1)
    .max(8)
    .overwrite((heights) => [...new Set(heights)].toSorted((a, b) => b - a))
    .default([1080, 720, 480])
    .describe('short sides of the ladder; those above the source are omitted'),
  ladder: z
    .enum(['fixed', 'auto'])
    .default('fixed')
    .describe(
      '`auto` measures the video first, omits heights that gain nothing, and encodes the others by what the video needs; `fixed` makes every height',
    ),
  segmentSeconds: z.int().min(1).max(20).default(4).describe('duration of a segment'),
  codec: z
    .enum(['h264', 'hevc', 'av1'])
    .default('h264')
    .describe(
      '`h264` plays everywhere; `hevc` needs two thirds of the bits and plays on Apple devices and some others; `av1` needs half of the bits and takes longest',
    ),
  hdr: z
    .enum(['map', 'keep'])
    .default('map')
    .describe(
      '`map` converts HDR (PQ, HLG) to SDR; `keep` makes both, with the HDR rungs in ten bits beside the SDR rungs; requires hevc or av1',
    ),
  dash: z.boolean().default(false).describe('whether a DASH manifest lists the same segments'),
  firstPlayable: z
    .boolean()
    .default(false)
    .describe(
      'whether the smallest size is made and published before the others, at the cost of decoding the video twice',
    ),
  encryption: z
    .enum(['aes-128'])
    .optional()
    .describe(
      '`aes-128` encrypts the segments; players fetch the key from the API with an API key; excludes `dash`',
    ),
  normalize,
});

const schema = hlsFields
  .refine(({ dash, encryption }) => !(dash && encryption), {
    path: ['dash'],
    error: 'DASH does not support the AES-128 encryption of HLS: omit one of the two',
  })
  .refine(({ hdr, codec }) => hdr === 'map' || codec !== 'h264', {
    path: ['hdr'],
    error: 'requires codec hevc or av1, which can hold HDR',
  });

export const hls = {
  about: 'A video stream in several sizes (HLS); at most one per upload.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.transcode',
  hashed: ['name', 'kind', 'heights', 'segmentSeconds'],
  once: true,
} satisfies KindEntry<'hls'>;
