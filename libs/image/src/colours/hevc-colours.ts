/** Codes of primaries and transfer curve (ITU-T H.273), as reported by the HEVC bitstream itself. */
export type HevcColours = [primaries: number, transfer: number];

const sequenceParameters = 33;
/** Length of the part to search: the item properties precede the pixels. */
const startBytes = 65_536;
/** Upper limit for any count in the parameter set of a still picture; a larger one means damage. */
const mostEntries = 64;

/**
 * Reads the colours that only the HEVC bitstream of a HEIC reports: the video usability information of its sequence
 * parameter set (ITU-T H.265, 7.3.2.2 and E.2.1) in the first `hvcC` box (ISO/IEC 14496-15, 8.3.3.1).
 * @returns undefined if it reports none or cannot be read
 */
export function readHevcColours(file: Uint8Array): HevcColours | undefined {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, startBytes));
  const at = start.indexOf('hvcC', 0, 'latin1');
  if (at < 0) return undefined;
  try {
    const parameters = findParameters(start.subarray(at + 4));
    return parameters && readParameters(new BitReader(withoutEmulation(parameters)));
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** The first sequence parameter set of a decoder configuration record, without its two-byte NAL unit header. */
function findParameters(record: Buffer): Buffer | undefined {
  let at = 23;
  for (let arrays = record.readUInt8(22); arrays > 0; arrays -= 1) {
    const type = record.readUInt8(at) & 0x3f;
    const count = record.readUInt16BE(at + 1);
    at += 3;
    for (let unit = 0; unit < count; unit += 1) {
      const length = record.readUInt16BE(at);
      if (type === sequenceParameters) return record.subarray(at + 4, at + 2 + length);
      at += 2 + length;
    }
  }
  return undefined;
}

/** Removes emulation prevention bytes: a 3 after two zeros, which keeps start codes from appearing (7.4.2). */
function withoutEmulation(unit: Buffer): Buffer {
  return Buffer.from(unit.filter((byte, at) => !(byte === 3 && unit[at - 1] === 0 && unit[at - 2] === 0)));
}

function readParameters(bits: BitReader): HevcColours | undefined {
  bits.skip(4);
  const subLayers = bits.read(3);
  bits.skip(1);
  skipProfile(bits, subLayers);
  bits.golomb();
  if (bits.golomb() === 3) bits.skip(1);
  bits.golomb(2);
  if (bits.flag()) bits.golomb(4);
  bits.golomb(2);
  const orderBits = bits.golomb() + 4;
  const layers = bits.flag() ? subLayers + 1 : 1;
  bits.golomb(3 * layers + 6);
  if (bits.flag() && bits.flag()) skipScalingLists(bits);
  bits.skip(2);
  if (bits.flag()) {
    bits.skip(8);
    bits.golomb(2);
    bits.skip(1);
  }
  skipReferenceSets(bits);
  if (bits.flag()) {
    for (let left = bounded(bits.golomb()); left > 0; left -= 1) bits.skip(orderBits + 1);
  }
  bits.skip(2);
  return bits.flag() ? readUsability(bits) : undefined;
}

/** profile_tier_level (7.3.3). */
function skipProfile(bits: BitReader, subLayers: number): void {
  bits.skip(96);
  const present = Array.from({ length: subLayers }, () => [bits.flag(), bits.flag()]);
  if (subLayers > 0) bits.skip(2 * (8 - subLayers));
  for (const [profile, level] of present) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

/** scaling_list_data (7.3.4). */
function skipScalingLists(bits: BitReader): void {
  for (let size = 0; size < 4; size += 1) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag()) bits.golomb();
      else bits.golomb(Math.min(64, 1 << (4 + (size << 1))) + (size > 1 ? 1 : 0));
    }
  }
}

/** All st_ref_pic_set structures (7.3.7); each may be predicted from the previous one. */
function skipReferenceSets(bits: BitReader): void {
  const sets = bounded(bits.golomb());
  let pictures = 0;
  for (let set = 0; set < sets; set += 1) {
    if (set > 0 && bits.flag()) {
      bits.skip(1);
      bits.golomb();
      let kept = 0;
      for (let entry = 0; entry <= pictures; entry += 1) if (bits.flag() || bits.flag()) kept += 1;
      pictures = kept;
    } else {
      pictures = bounded(bits.golomb() + bits.golomb());
      for (let entry = 0; entry < pictures; entry += 1) {
        bits.golomb();
        bits.skip(1);
      }
    }
  }
}

/** vui_parameters (E.2.1), up to the colours. */
function readUsability(bits: BitReader): HevcColours | undefined {
  const otherAspect = 255;
  if (bits.flag() && bits.read(8) === otherAspect) bits.skip(32);
  if (bits.flag()) bits.skip(1);
  if (!bits.flag()) return undefined;
  bits.skip(4);
  return bits.flag() ? [bits.read(8), bits.read(8)] : undefined;
}

function bounded(count: number): number {
  if (count <= mostEntries) return count;
  throw new RangeError(`${count} entries exceed the maximum`);
}

/** Reads bits, most significant first; throws a RangeError past the end. */
class BitReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      value = value * 2 + ((this.#bytes.readUInt8(this.#at >> 3) >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** Reads `count` Exp-Golomb codes (9.2) and returns the last value. */
  golomb(count = 1): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      let zeros = 0;
      while (!this.flag()) zeros += 1;
      value = 2 ** zeros - 1 + this.read(zeros);
    }
    return value;
  }
}
