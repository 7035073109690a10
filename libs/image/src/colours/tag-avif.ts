import { LandfallError } from '#runtime';

/** Codes of primaries and transfer curve (ITU-T H.273). */
export type ColourCodes = readonly [primaries: number, transfer: number];

/** The encoder always uses the BT.601 matrix and full range. */
const matrix = 6;
const fullRange = 0x80;
const headBytes = 8;
/** Header length of a full box, which has a version and flags before its contents. */
const metaHead = 12;

/**
 * Adds colours to an AVIF that our encoder wrote without them: inserts a `colr` box of type `nclx` (ISO/IEC 14496-12,
 * 12.1.5) among the properties and associates it with the primary item (ISO/IEC 23008-12, 9.3). Offsets of everything
 * after it are adjusted. Fails with media.encoder_failed if the file has an unexpected layout.
 */
export function tagAvif(file: Buffer, [primaries, transfer]: ColourCodes): Buffer {
  const colr = Buffer.alloc(19);
  colr.writeUInt32BE(colr.length, 0);
  colr.write('colrnclx', 4, 'latin1');
  for (const [at, code] of [primaries, transfer, matrix].entries()) colr.writeUInt16BE(code, 12 + 2 * at);
  colr.writeUInt8(fullRange, 18);

  const meta = boxIn(file, 0, file.length, 'meta');
  const inMeta = (type: string) => boxIn(file, meta.at + metaHead, meta.end, type);
  const [properties, primary, places] = ['iprp', 'pitm', 'iloc'].map(inMeta) as [Box, Box, Box];
  const container = boxIn(file, properties.at + headBytes, properties.end, 'ipco');
  const links = boxIn(file, properties.at + headBytes, properties.end, 'ipma');

  const head = Buffer.from(file.subarray(0, container.end));
  const tail = Buffer.from(file.subarray(container.end));
  const isOurs =
    file.readUInt32BE(links.at + headBytes) === 0 && file.readUInt16BE(places.at + metaHead) === 0x4440;
  if (!isOurs || links.at < container.end || places.end > container.at)
    throw new LandfallError(
      'media.encoder_failed',
      'the AVIF does not have the layout that our encoder writes',
    );
  const count = countBoxes(file, container) + 1;
  const link = linkOf(file, links, file.readUInt16BE(primary.at + metaHead)) - container.end;
  tail.writeUInt8(tail.readUInt8(link) + 1, link);
  const linkEnd = link + 1 + (tail.readUInt8(link) - 1);
  grow(tail, links.at - container.end, 1);
  grow(head, container.at, colr.length);
  for (const { at } of [meta, properties]) grow(head, at, colr.length + 1);
  moveExtents(head, places, colr.length + 1);
  return Buffer.concat([head, colr, tail.subarray(0, linkEnd), Buffer.from([count]), tail.subarray(linkEnd)]);
}

interface Box {
  readonly at: number;
  readonly end: number;
}

function boxIn(file: Buffer, from: number, to: number, wanted: string): Box {
  for (let at = from; at + headBytes <= to;) {
    const size = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + headBytes) === wanted) return { at, end: at + size };
    if (size < headBytes) break;
    at += size;
  }
  throw new LandfallError('media.encoder_failed', `the AVIF has no ${wanted} box`);
}

function countBoxes(file: Buffer, { at, end }: Box): number {
  let count = 0;
  for (let next = at + headBytes; next < end; next += file.readUInt32BE(next)) count += 1;
  return count;
}

/** Offset of the property count of an item, which is followed by one byte per property. */
function linkOf(file: Buffer, { at, end }: Box, wanted: number): number {
  for (let next = at + 16; next < end; next += 3 + file.readUInt8(next + 2)) {
    if (file.readUInt16BE(next) === wanted) return next + 2;
  }
  throw new LandfallError('media.encoder_failed', 'the AVIF does not describe its primary picture');
}

function grow(bytes: Buffer, at: number, by: number): void {
  bytes.writeUInt32BE(bytes.readUInt32BE(at) + by, at);
}

/** Moves the base offsets of all items in an `iloc` box of version 0 with four-byte offsets and lengths. */
function moveExtents(bytes: Buffer, { at }: Box, by: number): void {
  let next = at + 16;
  for (let items = bytes.readUInt16BE(at + 14); items > 0; items -= 1) {
    grow(bytes, next + 4, by);
    next += 10 + 8 * bytes.readUInt16BE(next + 8);
  }
}
