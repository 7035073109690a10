import { z } from 'zod';

export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must contain only lower-case letters, digits and -');
export const renditionName = name.describe(
  'unique among the renditions of an upload; part of the object key',
);
export const fixedQuality = z.int().min(1).max(100);
export const quality = fixedQuality.default(80).describe('1 to 100; lossless formats ignore it');
/** The longest side that WebP supports; no screen is wider. */
export const side = z.int().min(1).max(16_383);
export const color = z
  .string()
  .regex(/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/, 'must be a colour such as "#ffffff", in quotes')
  .overwrite(writeOut);

export const normalize = z
  .boolean()
  .default(false)
  .describe(
    'whether the sound is normalized to −16 LUFS (EBU R128), as far as its true peak stays under −1 dBTP',
  );

/** Normalizes a colour, so that equal colours give equal specs. */
function writeOut(color: string): string {
  const digits = color.slice(1).toLowerCase();
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
}
