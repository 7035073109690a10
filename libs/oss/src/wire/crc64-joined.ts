/** Polynomial of CRC-64/XZ, reflected: the highest bit is the factor of x⁰. */
const polynomial = 0xc96c5795d7870f42n;
const one = 1n << 63n;

/** The product of two polynomials over GF(2), modulo the polynomial of the CRC. */
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let factor = right;
  for (let bit = one; bit > 0n; bit >>= 1n) {
    if (left & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

/** x to the power of 8 × `bytes`: what as many bytes that follow do to a checksum. */
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
 * The CRC-64 of bytes of which the parts' are known, without reading them again.
 * @param parts in their order; `crc64` as an unsigned decimal, as in `x-oss-hash-crc64ecma`
 */
export function joinCrc64(parts: readonly { crc64: string; sizeBytes: number }[]): string {
  let joined = 0n;
  let lastSize = -1;
  let shift = one;
  for (const { crc64, sizeBytes } of parts) {
    // Most parts have the size of the one before.
    if (sizeBytes !== lastSize) shift = shiftOf(sizeBytes);
    lastSize = sizeBytes;
    joined = multiply(shift, joined) ^ BigInt(crc64);
  }
  return joined.toString();
}
