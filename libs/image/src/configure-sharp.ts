import sharp from 'sharp';
import { inputFormats } from './input/input-formats.js';

/**
 * Configures sharp for a worker; call once at boot, before the first image. The cache is off because scratch files are
 * read only once; libvips uses one thread per image because jobs already run in parallel. Only the loaders listed in
 * `inputFormats` stay enabled, so no other loader ever sees the bytes of an upload.
 */
export function configureSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.simd(true);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: inputFormats.map(({ loader }) => loader) });
}
