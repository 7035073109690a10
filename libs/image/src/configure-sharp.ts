import sharp from 'sharp';
import { inputFormats } from './input/input-formats.js';

/**
 * Sets up sharp for a worker; call once at boot, before the first image. Scratch files are read once, so a cache only
 * costs memory; jobs run side by side, so one thread an image makes the best use of the cores.
 * Only the loaders of `inputFormats` stay usable: the others never see a byte of an upload.
 */
export function configureSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.simd(true);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: inputFormats.map(({ loader }) => loader) });
}
