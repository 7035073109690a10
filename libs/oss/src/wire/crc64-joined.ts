/** The polynomial of CRC-64/XZ, reflected: the highest bit is the coefficient of x⁰. */
const polynomial = 0xc96c5795d7870f42n;
const one = 1n << 63n;

/** Multiplies two polynomials over GF(2), modulo the CRC polynomial. */
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let factor = right;
  for (let bit = one; bit > 0n; bit >>= 1n) {
    if (left & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

/** x to the power of 8 × `bytes`: the factor by which that many following bytes shift a checksum. */
function shiftOf(bytes: number): bigint {
  let shift = one;
  // x⁸, x¹⁶, x³², …
  let square = one >> 8n;
  for (let rest = BigInt(bytes); rest > 0n; rest >>= 1n) {
    if (rest & 1n) shift = multiply(square, shift);
    square = multiply(square, square);
  }
  return shift;
}

/**
 * Combines the CRC-64 values of consecutive parts without reading their bytes again.
 * @param parts in order; `crc64` as an unsigned decimal, as in `x-oss-hash-crc64ecma`
 */
export function joinCrc64(parts: readonly { crc64: string; sizeBytes: number }[]): string {
  let joined = 0n;
  let lastSize = -1;
  let shift = one;
  for (const { crc64, sizeBytes } of parts) {
    // Most parts have the same size.
    if (sizeBytes !== lastSize) shift = shiftOf(sizeBytes);
    lastSize = sizeBytes;
    joined = multiply(shift, joined) ^ BigInt(crc64);
  }
  return joined.toString();
}
