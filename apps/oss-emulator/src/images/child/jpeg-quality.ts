/** Sum of the example luminance quantization table of JPEG (T.81, K.1), which libjpeg scales. */
const standardSum = 3_688;

/**
 * Estimates the quality (1 to 100, on libjpeg's scale) of a JPEG from its first quantization table; undefined if
 * there is none.
 */
export function estimateJpegQuality(bytes: Buffer): number | undefined {
  const table = findQuantizationTable(bytes);
  if (!table) return undefined;
  const scale = (table.reduce((sum, value) => sum + value, 0) / standardSum) * 100;
  const quality = scale <= 100 ? (200 - scale) / 2 : 5_000 / scale;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

function findQuantizationTable(bytes: Buffer): number[] | undefined {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xdb) {
      const valueBytes = (bytes[at + 4] ?? 0) >> 4 ? 2 : 1;
      const values = bytes.subarray(at + 5, at + 5 + 64 * valueBytes);
      if (values.length < 64 * valueBytes) return undefined;
      return Array.from({ length: 64 }, (_, i) => values.readUIntBE(i * valueBytes, valueBytes));
    }
    // Start of scan: the image data begins here.
    if (marker === 0xda) return undefined;
    at += 2 + length;
  }
  return undefined;
}
