import { DecoderRefusal } from '../sandbox/decoder-task.ts';

/** Colour modes (Adobe Photoshop File Formats Specification, "File Header Section"). */
export const modes = { bitmap: 0, grey: 1, indexed: 2, rgb: 3, cmyk: 4, duotone: 8 };
/** Image resources: ICC profile, version information, EXIF, XMP. */
const resources = { icc: 1039, version: 1057, exif: 1058, xmp: 1060 };

export interface Photoshop {
  /** Whether the file is a PSB ("large document format"), which has longer length fields. */
  isLarge: boolean;
  channels: number;
  width: number;
  height: number;
  depth: number;
  mode: number;
  palette: Buffer;
  icc?: Buffer | undefined;
  exif?: Buffer | undefined;
  xmp?: Buffer | undefined;
  /** Whether the file contains the merged picture of all layers. */
  hasMerged: boolean;
  /** Whether the channel after the colours is the alpha channel of the merged picture. */
  hasAlpha: boolean;
  /** The merged picture: its compression and its pixels. */
  merged: Buffer;
}

/** Reads the sections of a Photoshop file in order; of the layers only their number. */
export function readSections(file: Buffer): Photoshop {
  if (file.length < 26) throw ended();
  const version = file.readUInt16BE(4);
  if (version !== 1 && version !== 2)
    throw new DecoderRefusal('media.unsupported', `Photoshop files of version ${version} are not supported`);
  const isLarge = version === 2;
  let at = 26;
  const nextSection = (lengthBytes: 4 | 8): Buffer => {
    if (at + lengthBytes > file.length) throw ended();
    const size = lengthBytes === 8 ? Number(file.readBigUInt64BE(at)) : file.readUInt32BE(at);
    const section = file.subarray(at + lengthBytes, at + lengthBytes + size);
    if (section.length < size) throw ended();
    at += lengthBytes + size;
    return section;
  };
  const palette = nextSection(4);
  const found = readResources(nextSection(4));
  const layers = nextSection(isLarge ? 8 : 4);
  // The length of the layers, then their number: negative if the first extra channel is transparency.
  const countAt = isLarge ? 8 : 4;
  const layerCount = layers.length >= countAt + 2 ? layers.readInt16BE(countAt) : 0;
  return {
    isLarge,
    channels: file.readUInt16BE(12),
    height: file.readUInt32BE(14),
    width: file.readUInt32BE(18),
    depth: file.readUInt16BE(22),
    mode: file.readUInt16BE(24),
    palette,
    icc: found.get(resources.icc),
    exif: found.get(resources.exif),
    xmp: found.get(resources.xmp),
    hasMerged: found.get(resources.version)?.[4] !== 0,
    hasAlpha: layerCount < 0,
    merged: file.subarray(at),
  };
}

/** Reads blocks of signature, number, name and data, each padded to an even length ("Image Resource Blocks"). */
function readResources(section: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 12 <= section.length && section.toString('latin1', at, at + 4) === '8BIM';) {
    const nameBytes = 1 + (section[at + 6] ?? 0);
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2);
    if (sizeAt + 4 > section.length) break;
    const size = section.readUInt32BE(sizeAt);
    found.set(section.readUInt16BE(at + 4), section.subarray(sizeAt + 4, sizeAt + 4 + size));
    at = sizeAt + 4 + size + (size % 2);
  }
  return found;
}

export function ended(): DecoderRefusal {
  return new DecoderRefusal('media.damaged', 'the file is truncated');
}
