import { z } from 'zod';
import { color, renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const waveformFields = z.strictObject({
  name: renditionName,
  kind: z.literal('waveform'),
  format: z.enum(['json', 'png']).default('json').describe('peaks for a player, or a picture'),
  pixelsPerSecond: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('peaks per second of the JSON, by default 20; fewer if there would be more than 262,144'),
  width: side.max(10_000).optional().describe('width of the PNG in pixels, by default 1800'),
  height: side.max(4_000).optional().describe('height of the PNG in pixels, by default 280'),
  color: color.optional().describe('colour of the wave in the PNG, by default "#2b6cb0"'),
  background: color.optional().describe('background colour of the PNG, by default transparent'),
});

const fieldsOf = { json: ['pixelsPerSecond'], png: ['width', 'height', 'color', 'background'] } as const;

const schema = waveformFields.superRefine((spec, context) => {
  const [other, message] =
    spec.format === 'json'
      ? (['png', 'requires format: png'] as const)
      : (['json', 'requires format: json'] as const);
  for (const field of fieldsOf[other]) {
    if (spec[field] !== undefined) context.addIssue({ code: 'custom', path: [field], message });
  }
});

export const waveform = {
  about: 'The loudness of an audio file or a video over time: peaks as JSON, or a picture.',
  schema,
  madeOf: ['video', 'audio'],
  job: () => 'upload.transcode',
  hashed: ['name', 'kind', 'format'],
} satisfies KindEntry<'waveform'>;
