import type { Size } from '#media';

/** Larger pictures are sampled by 3 × 3 tiles of 128 × 128 pixels. Encoders work in blocks of up to 64 pixels. */
const tilesASide = 3;
const tileSide = 128;
/** A multiple of the block size of JPEG and WebP, so that tiles split into the same blocks as the picture. */
const grid = 16;

/** Bare pixels, row by row, 8 bits a channel. */
export interface BarePixels extends Size {
  readonly data: Buffer;
  readonly channels: 3 | 4;
}

/** Returns a small picture unchanged; otherwise tiles from all over it, side by side. */
export function samplePicture(picture: BarePixels): BarePixels {
  const { data, width, height, channels } = picture;
  const most = (tilesASide * tileSide) ** 2;
  if (width * height <= most * 1.5) return picture;
  const tile = { width: Math.min(width, tileSide), height: Math.min(height, tileSide) };
  const rows = Math.min(tilesASide, Math.floor(height / tile.height));
  const columns = Math.min(
    Math.floor(width / tile.width),
    Math.floor(most / (rows * tile.width * tile.height)),
  );
  const sample = { width: columns * tile.width, height: rows * tile.height, channels };
  const sampled = Buffer.allocUnsafe(sample.width * sample.height * channels);
  const tops = spread(rows, height, tile.height);
  const lefts = spread(columns, width, tile.width);
  for (let y = 0; y < sample.height; y += 1) {
    const top = (tops[Math.floor(y / tile.height)] ?? 0) + (y % tile.height);
    for (const [column, left] of lefts.entries()) {
      const from = (top * width + left) * channels;
      const to = (y * sample.width + column * tile.width) * channels;
      data.copy(sampled, to, from, from + tile.width * channels);
    }
  }
  return { ...sample, data: sampled };
}

/** Start positions of the tiles: each centred in its share of the side, aligned to the grid. */
function spread(count: number, side: number, tile: number): number[] {
  const share = side / count;
  return Array.from({ length: count }, (_, index) => {
    const middle = index * share + (share - tile) / 2;
    return Math.floor(middle / grid) * grid;
  });
}
