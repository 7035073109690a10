import { z } from 'zod';
import { color, quality, renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

/** The most pixels that a rendition may be told to have: as raw pixels they take up to four times as many bytes. */
const maxPixels = 50_000_000;

const share = z.number().gt(0).max(1);

const watermarkSchema = z
  .strictObject({
    text: z.string().min(1).max(200).optional().describe('what is written'),
    objectKey: z.string().min(1).max(1_023).optional().describe('or a picture: an object of the same bucket'),
    gravity: z
      .enum(['northwest', 'north', 'northeast', 'west', 'centre', 'east', 'southwest', 'south', 'southeast'])
      .default('southeast')
      .describe('the side or corner where it is'),
    opacity: share.default(0.5).describe('above 0, up to 1'),
    width: share.default(0.25).describe('as a share of the width of the rendition'),
    margin: z.number().min(0).max(0.5).default(0.02).describe('to the edges, as a share of the shorter side'),
    color: color.default('#ffffff').describe('of the text'),
  })
  .refine(({ text, objectKey }) => (text === undefined) !== (objectKey === undefined), {
    error: 'a watermark has either a text or an objectKey',
  });

const fields = z.strictObject({
  name: renditionName,
  kind: z.literal('image'),
  width: side.optional().describe('largest width in pixels; this or `height` is needed'),
  height: side.optional().describe('largest height in pixels'),
  fit: z
    .enum(['inside', 'cover', 'contain'])
    .default('inside')
    .describe(
      '`inside` keeps the whole picture; `cover` fills width × height and cuts off the rest; `contain` pads to width × height',
    ),
  position: z
    .enum(['centre', 'attention', 'entropy', 'focal'])
    .default('centre')
    .describe(
      'what `cover` keeps: the middle; what the eye goes to first; where most happens; or the point that the vars `focus_x` and `focus_y` of the upload name, from 0 to 1 (without them the middle)',
    ),
  enlarge: z.boolean().default(false).describe('whether a smaller picture is made larger'),
  format: z
    .enum(['webp', 'avif', 'jpeg', 'png', 'keep'])
    .default('webp')
    .describe('`keep` is the format of the upload if it is one of these or GIF, otherwise WebP'),
  quality,
  effort: z
    .int()
    .min(0)
    .max(10)
    .optional()
    .describe(
      'more takes longer for fewer bytes; WebP 0 to 6 (4 unless set), AVIF 0 to 9 (3), PNG 0 to 9 (6), GIF 1 to 10 (7), JPEG has none',
    ),
  animated: z
    .boolean()
    .default(false)
    .describe(
      'all frames of an animation with their delays (webp, or keep for WebP and GIF), otherwise the first',
    ),
  background: color
    .optional()
    .describe(
      'a colour like "#ffffff", in quotes, behind what is transparent and round a `contain`; unless set nothing, or white where the format has no alpha',
    ),
  sharpen: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('sigma of the mask in pixels; 0.5 to 1 suits thumbnails'),
  watermark: watermarkSchema.optional().describe('a text or a picture over it'),
  keepProfile: z
    .boolean()
    .default(false)
    .describe('whether a picture in Display P3 stays in it; every other one is turned into sRGB'),
  hdr: z
    .enum(['map', 'keep'])
    .default('map')
    .describe(
      '`map` makes SDR of an HDR picture (PQ, HLG); `keep` leaves one of more than 8 bits as it is, in AVIF of ten bits',
    ),
  keepCopyright: z
    .boolean()
    .default(false)
    .describe('whether artist and copyright notice are kept; nothing else of the metadata ever is'),
});

const efforts = { webp: [0, 6], avif: [0, 9], png: [0, 9], keep: [0, 10] } as const;

const schema = fields.superRefine((spec, context) => {
  const refuse = (field: keyof typeof spec, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  const { width, height, fit, format, effort } = spec;
  if (width === undefined && height === undefined) refuse('width', 'a width or a height is needed');
  if ((width ?? 1) * (height ?? 1) > maxPixels)
    refuse('width', `${width} × ${height} is more than ${maxPixels} pixels`);
  if (spec.position !== 'centre' && (fit !== 'cover' || width === undefined || height === undefined))
    refuse('position', 'only fit: cover with width and height cuts anything off');
  if (spec.animated && format !== 'webp' && format !== 'keep')
    refuse('animated', `${format} holds no animation`);
  if (spec.hdr === 'keep' && format !== 'avif') refuse('hdr', `${format} holds no HDR: set format to avif`);
  if (effort !== undefined) {
    if (format === 'jpeg') refuse('effort', 'jpeg has no effort');
    else if (effort < efforts[format][0] || effort > efforts[format][1])
      refuse('effort', `${format} has ${efforts[format].join(' to ')}`);
  }
});

export const image = {
  about: 'A picture, of an image or of the first page of a PDF.',
  schema,
  madeOf: ['image', 'document'],
  job: ({ format }, mimeType) =>
    // An AVIF takes longer than all other images together.
    format === 'avif' || (format === 'keep' && mimeType === 'image/avif')
      ? 'upload.render'
      : 'upload.process',
  hashed: ['name', 'kind', 'width', 'height', 'fit', 'format', 'quality'],
} satisfies KindEntry<'image'>;
