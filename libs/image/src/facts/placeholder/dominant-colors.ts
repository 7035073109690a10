import type { PictureColors } from '#media';

const maxColors = 6;
/** A colour of less than this share is a detail. */
const minShare = 0.02;
/** Distance in red, green and blue within which bins are one colour to the eye: neighbours, and no more. */
const sameColor = 48;

interface Bin {
  weight: number;
  red: number;
  green: number;
  blue: number;
}

/**
 * The colours of a raster. Pixels are counted in 8 × 8 × 8 bins, each by its alpha; bins that look alike are taken
 * together around the fullest of them, whose mean is the colour; `color` is the mean of the fullest bin.
 * @param rgba 4 bytes a pixel
 */
export function findColors(rgba: Uint8Array): PictureColors {
  const bins = fillBins(rgba);
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  const groups: { bin: Bin; weight: number }[] = [];
  for (const bin of bins) {
    const near = groups.find((group) => distanceOf(group.bin, bin) < sameColor);
    if (near) near.weight += bin.weight;
    else groups.push({ bin, weight: bin.weight });
  }
  const colors = groups
    .map(({ bin, weight }) => ({ color: toHex(bin), share: Math.round((weight / total) * 1000) / 1000 }))
    .filter(({ share }) => share >= minShare)
    .toSorted((a, b) => b.share - a.share)
    .slice(0, maxColors);
  return { color: bins[0] ? toHex(bins[0]) : '#ffffff', colors };
}

/** The non-empty bins, fullest first, each with its mean colour. */
function fillBins(rgba: Uint8Array): Bin[] {
  const sums = new Float64Array(512 * 4); // of each bin: weight, then the weighted sums of red, green and blue
  for (let pixel = 0; pixel + 3 < rgba.length; pixel += 4) {
    const red = rgba[pixel] ?? 0;
    const green = rgba[pixel + 1] ?? 0;
    const blue = rgba[pixel + 2] ?? 0;
    const alpha = rgba[pixel + 3] ?? 0;
    const at = (((red >> 5) << 6) | ((green >> 5) << 3) | (blue >> 5)) * 4;
    sums[at] = (sums[at] ?? 0) + alpha;
    sums[at + 1] = (sums[at + 1] ?? 0) + red * alpha;
    sums[at + 2] = (sums[at + 2] ?? 0) + green * alpha;
    sums[at + 3] = (sums[at + 3] ?? 0) + blue * alpha;
  }
  const bins: Bin[] = [];
  for (let at = 0; at < sums.length; at += 4) {
    const [weight = 0, red = 0, green = 0, blue = 0] = sums.subarray(at, at + 4);
    if (weight > 0) bins.push({ weight, red: red / weight, green: green / weight, blue: blue / weight });
  }
  return bins.toSorted((a, b) => b.weight - a.weight);
}

function distanceOf(one: Bin, other: Bin): number {
  return Math.hypot(one.red - other.red, one.green - other.green, one.blue - other.blue);
}

function toHex({ red, green, blue }: Bin): string {
  return `#${[red, green, blue].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
