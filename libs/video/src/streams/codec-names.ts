import { boxesIn, findBox } from './mp4-boxes.js';

/** Sizes in bytes of the fixed fields before the boxes in a sample entry (ISO/IEC 14496-12 section 12.1.3 and 12.2.3). */
const pictureHead = 78;
const soundHead = 28;

/**
 * Reads the codec string of the first track from its sample entry, as RFC 6381 and the codec specifications define it:
 * `avc1.640028`, `hvc1.1.6.L93.90`, `av01.0.04M.08`, `mp4a.40.2`.
 *
 * @param init an initialisation segment
 * @returns null if it describes none of these codecs
 */
export function codecName(init: Buffer): string | null {
  const description = findBox(init, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd');
  if (!description) return null;
  // Version, flags and the number of entries come first.
  for (const entry of boxesIn(description.subarray(8))) {
    const inPicture = entry.body.subarray(pictureHead);
    const inSound = entry.body.subarray(soundHead);
    const named =
      nameAvc(entry.type, findBox(inPicture, 'avcC')) ??
      nameHevc(entry.type, findBox(inPicture, 'hvcC')) ??
      nameAv1(entry.type, findBox(inPicture, 'av1C')) ??
      nameAac(entry.type, findBox(inSound, 'esds'));
    if (named !== null) return named;
  }
  return null;
}

/** ISO/IEC 14496-15 section 5.3.3: profile, compatibility and level in hexadecimal. */
function nameAvc(type: string, config: Buffer | null): string | null {
  if (config === null || config.length < 4) return null;
  return `${type}.${config.toString('hex', 1, 4)}`;
}

/** ISO/IEC 14496-15 annex E.3: the compatibility flags with reversed bits, the constraint bytes without trailing zeros. */
function nameHevc(type: string, config: Buffer | null): string | null {
  if (config === null || config.length < 13) return null;
  const first = config.readUInt8(1);
  const space = ['', 'A', 'B', 'C'][first >> 6] ?? '';
  const tier = first & 0x20 ? 'H' : 'L';
  const compatibility = reverseBits(config.readUInt32BE(2)).toString(16).toUpperCase();
  const constraints = [...config.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const parts = [
    `${space}${first & 0x1f}`,
    compatibility,
    `${tier}${config.readUInt8(12)}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ];
  return `${type}.${parts.join('.')}`;
}

/** AV1 in ISO-BMFF, section 5: profile, level, tier and bit depth. */
function nameAv1(type: string, config: Buffer | null): string | null {
  if (config === null || config.length < 3) return null;
  const [profileAndLevel, flags] = [config.readUInt8(1), config.readUInt8(2)];
  const level = String(profileAndLevel & 0x1f).padStart(2, '0');
  const depth = flags & 0x40 ? (flags & 0x20 ? '12' : '10') : '08';
  return `${type}.${profileAndLevel >> 5}.${level}${flags & 0x80 ? 'H' : 'M'}.${depth}`;
}

/** From the decoder configuration in `esds` (ISO/IEC 14496-1 section 7.2.6): object type, then audio object type. */
function nameAac(type: string, descriptors: Buffer | null): string | null {
  if (descriptors === null) return null;
  const config = findDescriptor(descriptors.subarray(4), 4);
  const specific = config && findDescriptor(config.subarray(13), 5);
  const first = specific?.[0];
  if (!config || first === undefined) return null;
  return `${type}.${config.toString('hex', 0, 1)}.${first >> 3}`;
}

/** The body of the descriptor with this tag; also looks inside the ES descriptor (tag 3). */
function findDescriptor(bytes: Buffer, wanted: number): Buffer | null {
  let place = 0;
  while (place + 2 <= bytes.length) {
    const tag = bytes.readUInt8(place++);
    let size = 0;
    let more = true;
    while (more && place < bytes.length) {
      const byte = bytes.readUInt8(place++);
      size = (size << 7) | (byte & 0x7f);
      more = (byte & 0x80) !== 0;
    }
    const body = bytes.subarray(place, place + size);
    if (tag === wanted) return body;
    if (tag === 3) return findDescriptor(body.subarray(3), wanted);
    place += size;
  }
  return null;
}

function reverseBits(word: number): number {
  let turned = 0;
  for (let bit = 0; bit < 32; bit++) turned = (turned * 2 + ((word >>> bit) & 1)) >>> 0;
  return turned;
}
