import type { Size } from './target-size.ts';

/** An RGBA mask that is opaque within a rectangle with rounded corners and has antialiased edges. */
export function roundedMask({ width, height }: Size, radius: number): Buffer {
  const mask = Buffer.alloc(width * height * 4);
  const r = Math.min(radius, width / 2, height / 2);
  for (let y = 0; y < height; y++) {
    const dy = Math.max(r - (y + 0.5), y + 0.5 - (height - r), 0);
    for (let x = 0; x < width; x++) {
      const dx = Math.max(r - (x + 0.5), x + 0.5 - (width - r), 0);
      const covered = Math.min(1, Math.max(0, r - Math.hypot(dx, dy) + 0.5));
      mask[(y * width + x) * 4 + 3] = Math.round(covered * 255);
    }
  }
  return mask;
}
