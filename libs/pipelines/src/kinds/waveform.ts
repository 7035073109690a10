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
    .describe('peaks a second of the JSON, 20 unless set; fewer where there would be more than 262,144'),
  width: side.max(10_000).optional().describe('width of the PNG in pixels, 1800 unless set'),
  height: side.max(4_000).optional().describe('height of the PNG in pixels, 280 unless set'),
  color: color.optional().describe('of the wave in the PNG, "#2b6cb0" unless set'),
  background: color.optional().describe('of the PNG, transparent unless set'),
});

const fieldsOf = { json: ['pixelsPerSecond'], png: ['width', 'height', 'color', 'background'] } as const;

const schema = waveformFields.superRefine((spec, context) => {
  const [other, message] =
    spec.format === 'json'
      ? (['png', 'the JSON has none; set format: png'] as const)
      : (['json', 'the PNG has none; set format: json'] as const);
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
