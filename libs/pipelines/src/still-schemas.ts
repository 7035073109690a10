import { z } from 'zod';
import { quality, renditionName, side } from './rendition-fields.js';

export const posterSchema = z.strictObject({
  name: renditionName,
  kind: z.literal('poster'),
  width: side.default(1280).describe('largest width in pixels; never enlarged'),
  format: z.enum(['webp', 'jpeg']).default('webp'),
  quality,
});
