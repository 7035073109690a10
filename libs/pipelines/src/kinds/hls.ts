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
    .describe('short sides of the ladder; those above the source are left out'),
  segmentSeconds: z.int().min(1).max(20).default(4).describe('length of a segment'),
  codec: z
    .enum(['h264', 'hevc', 'av1'])
    .default('h264')
    .describe(
      '`h264` plays everywhere; `hevc` needs two thirds of the bits and plays on Apple devices and some others; `av1` needs half and takes longest',
    ),
  hdr: z
    .enum(['map', 'keep'])
    .default('map')
    .describe(
      '`map` makes SDR of HDR (PQ, HLG); `keep` makes both, the bright ones in ten bits beside the others; of hevc and av1',
    ),
  dash: z.boolean().default(false).describe('whether a DASH manifest names the same segments'),
  firstPlayable: z
    .boolean()
    .default(false)
    .describe(
      'whether the smallest size is made and published before the others, at the price of decoding the video twice',
    ),
  encryption: z
    .enum(['aes-128'])
    .optional()
    .describe(
      '`aes-128` encrypts the segments; players get the key from the API with an API key; not with `dash`',
    ),
  normalize,
});

const schema = hlsFields
  .refine(({ dash, encryption }) => !(dash && encryption), {
    path: ['dash'],
    error: 'AES-128 is of HLS, DASH knows no such encryption: leave out one of the two',
  })
  .refine(({ hdr, codec }) => hdr === 'map' || codec !== 'h264', {
    path: ['hdr'],
    error: 'HDR is kept in hevc and av1: set codec to one of them',
  });

export const hls = {
  about: 'A stream of a video in several sizes (HLS); at most one per upload.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.transcode',
  hashed: ['name', 'kind', 'heights', 'segmentSeconds'],
  once: true,
} satisfies KindEntry<'hls'>;
