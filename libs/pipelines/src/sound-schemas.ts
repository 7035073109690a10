import { z } from 'zod';
import { color, renditionName, side } from './rendition-fields.js';

const audioFields = z.strictObject({
  name: renditionName,
  kind: z.literal('audio'),
  codec: z
    .enum(['aac', 'opus', 'mp3'])
    .default('aac')
    .describe('`aac` in M4A plays everywhere, `opus` in Ogg is smallest, `mp3` is for what is old'),
  bitrateKbps: z.int().min(16).max(512).default(128).describe('MP3 has 32 to 320, Opus up to 510'),
  channels: z
    .int()
    .min(1)
    .max(2)
    .optional()
    .describe('1 is mono, 2 stereo; unless set as many as the upload has, two at most'),
  normalize: z
    .boolean()
    .default(false)
    .describe(
      'whether the sound is brought to −16 LUFS (EBU R128), as far as its true peak stays under −1 dBTP',
    ),
});

const bitrates = { aac: [16, 512], opus: [16, 510], mp3: [32, 320] } as const;

export const audioSchema = audioFields.superRefine(({ codec, bitrateKbps }, context) => {
  const [least, most] = bitrates[codec];
  if (bitrateKbps >= least && bitrateKbps <= most) return;
  const message = `${codec} has ${least} to ${most}`;
  context.addIssue({ code: 'custom', path: ['bitrateKbps'], message });
});

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

export const waveformSchema = waveformFields.superRefine((spec, context) => {
  const [other, message] =
    spec.format === 'json'
      ? (['png', 'the JSON has none; set format: png'] as const)
      : (['json', 'the PNG has none; set format: json'] as const);
  for (const field of fieldsOf[other]) {
    if (spec[field] !== undefined) context.addIssue({ code: 'custom', path: [field], message });
  }
});
