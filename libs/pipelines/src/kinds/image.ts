import { z } from 'zod';
import { color, fixedQuality, renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

/** Maximum number of pixels that a spec may request; raw, they take up to four bytes each. */
const maxPixels = 50_000_000;

const share = z.number().gt(0).max(1);

const watermarkSchema = z
  .strictObject({
    text: z.string().min(1).max(200).optional().describe('the text of the watermark'),
    objectKey: z
      .string()
      .min(1)
      .max(1_023)
      .optional()
      .describe('instead of text: the key of a picture in the same bucket'),
    gravity: z
      .enum(['northwest', 'north', 'northeast', 'west', 'centre', 'east', 'southwest', 'south', 'southeast'])
      .default('southeast')
      .describe('the side or corner where it is placed'),
    opacity: share.default(0.5).describe('above 0, up to 1'),
    width: share.default(0.25).describe('width as a share of the width of the rendition'),
    margin: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.02)
      .describe('distance to the edges, as a share of the shorter side'),
    color: color.default('#ffffff').describe('colour of the text'),
  })
  .refine(({ text, objectKey }) => (text === undefined) !== (objectKey === undefined), {
    error: 'must have either text or objectKey',
  });

const fields = z.strictObject({
  name: renditionName,
  kind: z.literal('image'),
  width: side.optional().describe('maximum width in pixels; this or `height` is required'),
  height: side.optional().describe('maximum height in pixels'),
  fit: z
    .enum(['inside', 'cover', 'contain'])
    .default('inside')
    .describe(
      '`inside` keeps the whole picture; `cover` fills width × height and crops the rest; `contain` pads to width × height',
    ),
  position: z
    .enum(['centre', 'attention', 'entropy', 'focal'])
    .default('centre')
    .describe(
      'what `cover` keeps: the centre (`centre`); skin, strong colours and edges (`attention`); the part with the most detail (`entropy`); or the point in the vars `focus_x` and `focus_y` of the upload, from 0 to 1 (`focal`; without them the centre)',
    ),
  enlarge: z.boolean().default(false).describe('whether a smaller picture is enlarged'),
  format: z
    .enum(['webp', 'avif', 'jpeg', 'png', 'keep'])
    .default('webp')
    .describe('`keep` uses the format of the upload if it is one of these or GIF, otherwise WebP'),
  quality: z
    .union([fixedQuality, z.literal('auto')], { error: 'must be a whole number from 1 to 100, or auto' })
    .default(80)
    .describe(
      '1 to 100, which lossless formats ignore; or `auto`: the lowest that looks like the original (webp, avif, jpeg, keep)',
    ),
  effort: z
    .int()
    .min(0)
    .max(10)
    .optional()
    .describe(
      'more effort takes longer and saves bytes; WebP 0 to 6 (default 4), AVIF 0 to 9 (3), PNG 0 to 9 (6), GIF 1 to 10 (7), not for JPEG',
    ),
  animated: z
    .boolean()
    .default(false)
    .describe(
      'whether all frames of an animation are kept with their delays (webp, or keep for WebP and GIF); otherwise only the first',
    ),
  background: color
    .optional()
    .describe(
      'colour such as "#ffffff", in quotes, behind transparent parts and around a `contain`; by default transparent, or white if the format has no alpha',
    ),
  sharpen: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('sigma of the sharpening mask in pixels; 0.5 to 1 suits thumbnails'),
  watermark: watermarkSchema.optional().describe('a text or a picture on top of the rendition'),
  keepProfile: z
    .boolean()
    .default(false)
    .describe('whether a picture in Display P3 keeps its colour space; all others are converted to sRGB'),
  hdr: z
    .enum(['map', 'keep'])
    .default('map')
    .describe(
      '`map` converts an HDR picture (PQ, HLG) to SDR; `keep` preserves one of more than 8 bits, as AVIF of ten bits',
    ),
  keepCopyright: z
    .boolean()
    .default(false)
    .describe('whether artist and copyright notice are kept; all other metadata is always removed'),
  keepOriginal: z
    .boolean()
    .default(false)
    .describe(
      'whether an upload that already has the format and the size is stored as it is, without its metadata, instead of encoded again (JPEG, PNG, WebP, GIF)',
    ),
});

const efforts = { webp: [0, 6], avif: [0, 9], png: [0, 9], keep: [0, 10] } as const;

const schema = fields.superRefine((spec, context) => {
  const refuse = (field: keyof typeof spec, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  const { width, height, fit, format, effort } = spec;
  if (width === undefined && height === undefined) refuse('width', 'width or height is required');
  if ((width ?? 1) * (height ?? 1) > maxPixels)
    refuse('width', `${width} × ${height} is more than ${maxPixels} pixels`);
  if (spec.position !== 'centre' && (fit !== 'cover' || width === undefined || height === undefined))
    refuse('position', 'requires fit: cover with width and height, which alone crops');
  if (spec.animated && format !== 'webp' && format !== 'keep')
    refuse('animated', `${format} does not support animation`);
  if (spec.hdr === 'keep' && format !== 'avif')
    refuse('hdr', `${format} does not support HDR: set format to avif`);
  if (spec.quality === 'auto' && format === 'png')
    refuse('quality', 'png has no loss to choose: omit quality');
  if (spec.keepOriginal) {
    if (format === 'avif') refuse('keepOriginal', 'avif is always encoded again: omit keepOriginal');
    if (spec.watermark || spec.sharpen > 0)
      refuse('keepOriginal', 'a watermark or sharpen changes every picture: omit keepOriginal');
  }
  if (effort !== undefined) {
    if (format === 'jpeg') refuse('effort', 'jpeg does not support effort');
    else if (effort < efforts[format][0] || effort > efforts[format][1])
      refuse('effort', `${format} allows ${efforts[format].join(' to ')}`);
  }
});

export const image = {
  about: 'A picture made from an image or from the first page of a PDF.',
  schema,
  madeOf: ['image', 'document'],
  job: ({ format }, mimeType) =>
    // An AVIF takes longer than all other images together.
    format === 'avif' || (format === 'keep' && mimeType === 'image/avif')
      ? 'upload.render'
      : 'upload.process',
  hashed: ['name', 'kind', 'width', 'height', 'fit', 'format', 'quality'],
} satisfies KindEntry<'image'>;
