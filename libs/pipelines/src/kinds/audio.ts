import { z } from 'zod';
import { normalize, renditionName } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const audioFields = z.strictObject({
  name: renditionName,
  kind: z.literal('audio'),
  codec: z
    .enum(['aac', 'opus', 'mp3'])
    .default('aac')
    .describe('`aac` in M4A plays everywhere, `opus` in Ogg is smallest, `mp3` is for old players'),
  bitrateKbps: z.int().min(16).max(512).default(128).describe('MP3 allows 32 to 320, Opus up to 510'),
  channels: z
    .int()
    .min(1)
    .max(2)
    .optional()
    .describe('1 is mono, 2 is stereo; defaults to the channels of the upload, at most two'),
  normalize,
});

const bitrates = { aac: [16, 512], opus: [16, 510], mp3: [32, 320] } as const;

const schema = audioFields.superRefine(({ codec, bitrateKbps }, context) => {
  const [least, most] = bitrates[codec];
  if (bitrateKbps >= least && bitrateKbps <= most) return;
  const message = `${codec} allows ${least} to ${most}`;
  context.addIssue({ code: 'custom', path: ['bitrateKbps'], message });
});

export const audio = {
  about: 'The sound of an audio file or a video.',
  schema,
  madeOf: ['video', 'audio'],
  job: () => 'upload.transcode',
  hashed: ['name', 'kind', 'codec', 'bitrateKbps'],
} satisfies KindEntry<'audio'>;
