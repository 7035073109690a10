import type { PictureColors } from '#media';

const maxColors = 6;
/** Colours with a smaller share of the picture are left out as details. */
const minShare = 0.02;
/** RGB distance below which two bins look like the same colour; only neighbouring bins are that close. */
const sameColor = 48;

interface Bin {
  weight: number;
  red: number;
  green: number;
  blue: number;
}

/**
 * Finds the dominant colours of a raster. Pixels, weighted by alpha, are counted in 8 × 8 × 8 bins; similar bins are
 * merged into the fullest of them, whose mean is the colour. `color` is the mean of the fullest bin overall.
 * @param rgba 4 bytes per pixel
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
  const sums = new Float64Array(512 * 4); // per bin: the weight, then the weighted sums of red, green and blue
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
