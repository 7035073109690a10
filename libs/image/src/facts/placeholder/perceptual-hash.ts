/** Frequencies per axis that the hash uses: 0 to 7 horizontally and vertically, 64 in total. */
const waves = 8;
/** Standard deviation of the grey values (0 to 255) below which a picture has no structure to compare. */
const minContrast = 2;

/**
 * Computes the perceptual hash (pHash, based on the discrete cosine transform) of a small upright raster: 64 bits, one
 * for each of the lowest frequencies, set if its coefficient is above their median; the first bit is always 0. Similar
 * pictures differ in few bits. Resizing and re-encoding keep the hash; slight cropping changes it slightly.
 *
 * @param rgba 4 bytes per pixel; transparent pixels count as white, as when flattened
 * @returns null for a picture without structure, whose bits would be noise, or with a side below 8 pixels
 */
export function hashPicture(rgba: Uint8Array, width: number, height: number): bigint | null {
  if (width < waves || height < waves) return null;
  const grey = toGrey(rgba, width * height);
  if (contrastOf(grey) < minContrast) return null;
  const spectrum = transform(grey, width, height);
  // The first coefficient is the mean brightness, which does not characterise the picture, so its bit stays 0.
  const median = spectrum.slice(1).toSorted()[31] ?? 0;
  let hash = 0n;
  for (const [index, wave] of spectrum.entries())
    hash = (hash << 1n) | (index > 0 && wave > median ? 1n : 0n);
  return hash;
}

/** Rec. 601 luma, composited over white. */
function toGrey(rgba: Uint8Array, pixels: number): Float64Array {
  const grey = new Float64Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * 4;
    const luma = 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
    grey[pixel] = 255 + ((luma - 255) * (rgba[at + 3] ?? 0)) / 255;
  }
  return grey;
}

function contrastOf(grey: Float64Array): number {
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
}

/** The lowest frequencies of the cosine transform, computed on the raster itself so that its aspect ratio does not matter. */
function transform(grey: Float64Array, width: number, height: number): Float64Array {
  const across = cosines(width);
  const down = cosines(height);
  const rows = new Float64Array(waves * height);
  for (let y = 0; y < height; y++) {
    for (let u = 0; u < waves; u++) {
      let sum = 0;
      for (let x = 0; x < width; x++) sum += (grey[y * width + x] ?? 0) * (across[u * width + x] ?? 0);
      rows[u * height + y] = sum;
    }
  }
  const spectrum = new Float64Array(waves * waves);
  for (let v = 0; v < waves; v++) {
    for (let u = 0; u < waves; u++) {
      let sum = 0;
      for (let y = 0; y < height; y++) sum += (rows[u * height + y] ?? 0) * (down[v * height + y] ?? 0);
      spectrum[v * waves + u] = sum;
    }
  }
  return spectrum;
}

/** cos(π · u · (x + ½) / size) for every frequency u and position x. */
function cosines(size: number): Float64Array {
  const table = new Float64Array(waves * size);
  for (let u = 0; u < waves; u++) {
    for (let x = 0; x < size; x++) table[u * size + x] = Math.cos((Math.PI * u * (x + 0.5)) / size);
  }
  return table;
}
