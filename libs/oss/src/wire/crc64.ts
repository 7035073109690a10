/** The polynomial of CRC-64/XZ, reflected, as two 32-bit halves, because BigInt is too slow. */
const polynomialHigh = 0xc96c5795;
const polynomialLow = 0xd7870f42;

/** Slice-by-8 tables, so that one step processes eight bytes. Entry `slice * 256 + byte`. */
const lowTable = new Int32Array(8 * 256);
const highTable = new Int32Array(8 * 256);
fillTables();

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry) {
        low ^= polynomialLow;
        high ^= polynomialHigh;
      }
    }
    lowTable[byte] = low;
    highTable[byte] = high;
  }
  for (let entry = 256; entry < 8 * 256; entry++) {
    const low = lowTable[entry - 256] ?? 0;
    const high = highTable[entry - 256] ?? 0;
    const first = low & 0xff;
    lowTable[entry] = ((low >>> 8) | (high << 24)) ^ (lowTable[first] ?? 0);
    highTable[entry] = (high >>> 8) ^ (highTable[first] ?? 0);
  }
}

/** Computes the CRC-64 of a byte stream, as in `x-oss-hash-crc64ecma`. */
export class Crc64 {
  #low = -1;
  #high = -1;

  /**
   * Continues from the checksum of earlier bytes.
   * @param digest of the bytes so far
   */
  static after(digest: string): Crc64 {
    const crc = new Crc64();
    const bits = BigInt(digest);
    crc.#low = ~Number(bits & 0xffff_ffffn);
    crc.#high = ~Number(bits >> 32n);
    return crc;
  }

  /** Adds more bytes. */
  update(bytes: Uint8Array): this {
    let low = this.#low;
    let high = this.#high;
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const wholeEnd = bytes.length - (bytes.length % 8);
    let at = 0;
    for (; at < wholeEnd; at += 8) {
      const a = low ^ words.getInt32(at, true);
      const b = high ^ words.getInt32(at + 4, true);
      const i7 = 1792 + (a & 0xff);
      const i6 = 1536 + ((a >>> 8) & 0xff);
      const i5 = 1280 + ((a >>> 16) & 0xff);
      const i4 = 1024 + (a >>> 24);
      const i3 = 768 + (b & 0xff);
      const i2 = 512 + ((b >>> 8) & 0xff);
      const i1 = 256 + ((b >>> 16) & 0xff);
      const i0 = b >>> 24;
      low = xor8(lowTable, i7, i6, i5, i4, i3, i2, i1, i0);
      high = xor8(highTable, i7, i6, i5, i4, i3, i2, i1, i0);
    }
    for (; at < bytes.length; at++) {
      const entry = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (lowTable[entry] ?? 0);
      high = (high >>> 8) ^ (highTable[entry] ?? 0);
    }
    this.#low = low;
    this.#high = high;
    return this;
  }

  /** The checksum of all bytes added so far, as an unsigned decimal. */
  digest(): string {
    const half = (word: number) => BigInt(~word >>> 0);
    return ((half(this.#high) << 32n) | half(this.#low)).toString();
  }
}

// The inner loop over every byte of an upload: allocating an array or object per eight bytes would cost more than the
// checksum.
// oxlint-disable-next-line eslint/max-params
function xor8(
  table: Int32Array,
  i7: number,
  i6: number,
  i5: number,
  i4: number,
  i3: number,
  i2: number,
  i1: number,
  i0: number,
): number {
  return (
    (table[i7] ?? 0) ^
    (table[i6] ?? 0) ^
    (table[i5] ?? 0) ^
    (table[i4] ?? 0) ^
    (table[i3] ?? 0) ^
    (table[i2] ?? 0) ^
    (table[i1] ?? 0) ^
    (table[i0] ?? 0)
  );
}
