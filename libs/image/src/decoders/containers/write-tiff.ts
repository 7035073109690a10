/** Fields of TIFF 6.0, sections 8 and 16. */
const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripAt: 273,
  samples: 277,
  rows: 278,
  stripBytes: 279,
  planar: 284,
  icc: 34_675,
};
const [short, long, bytes] = [3, 4, 7];
const separated = 5;

/** Builds an uncompressed 8-bit CMYK TIFF, because PNG does not support CMYK. */
export function cmykTiff(width: number, height: number, pixels: Buffer, icc: Buffer | undefined): Buffer {
  const fields: (readonly [tag: number, type: number, count: number, value: number])[] = [
    [tags.width, long, 1, width],
    [tags.height, long, 1, height],
    // Four values do not fit into the entry, so they follow the directory.
    [tags.bits, short, 4, 0],
    [tags.compression, short, 1, 1],
    [tags.photometric, short, 1, separated],
    [tags.stripAt, long, 1, 0],
    [tags.samples, short, 1, 4],
    [tags.rows, long, 1, height],
    [tags.stripBytes, long, 1, pixels.length],
    [tags.planar, short, 1, 1],
    ...(icc ? [[tags.icc, bytes, icc.length, 0] as const] : []),
  ];
  const bitsAt = 8 + 2 + fields.length * 12 + 4;
  const pixelsAt = bitsAt + 8;
  const places = new Map([
    [tags.bits, bitsAt],
    [tags.stripAt, pixelsAt],
    [tags.icc, pixelsAt + pixels.length],
  ]);
  const head = Buffer.alloc(pixelsAt);
  head.write('II*\0');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(fields.length, 8);
  fields.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(places.get(tag) ?? value, at + 8);
  });
  for (let ink = 0; ink < 4; ink++) head.writeUInt16LE(8, bitsAt + ink * 2);
  return Buffer.concat([head, pixels, ...(icc ? [icc] : [])]);
}
