import { z } from 'zod';
import { renditionName } from './rendition-fields.js';

export const audioSchema = z.strictObject({
  name: renditionName,
  kind: z.literal('audio'),
  codec: z.literal('aac').default('aac'),
  bitrateKbps: z.int().min(16).max(512).default(128),
});
