import exifr from 'exifr';
import { decodeText } from './tag-text.js';

/** Data sets of IPTC's application record by their exifr names; repeatable ones may have several values. */
export type IptcTags = ReadonlyMap<string, readonly string[]>;

const maxBlockBytes = 262_144;
const maxValues = 500;
const maxTextBytes = 4_096;
const iptcResource = 0x0404;
const applicationRecord = 2;

// oxlint-disable-next-line import/no-named-as-default-member -- a CommonJS module: no named import at run time
const names = exifr.tagKeys.get('iptc');

/**
 * Reads an IPTC block as sharp returns it: bare, or within Photoshop's image resources as in a JPEG (IPTC-IIM 4.2,
 * chapter 3). Never fails: reads up to the first broken data set, each byte once. Values are UTF-8 or windows-1252;
 * exifr's own reader supports neither.
 */
export function readIptcTags(block: Buffer | undefined): IptcTags {
  const tags = new Map<string, string[]>();
  if (!block || block.length > maxBlockBytes) return tags;
  const bytes = findRecords(block);
  let values = 0;
  // Marker 0x1c, record, data set, two-byte length. The highest bit of the length marks an extended one.
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === 0x1c && values < maxValues; values += 1) {
    const length = bytes.readUInt16BE(at + 3);
    const end = at + 5 + length;
    if (length > 0x7f_ff || end > bytes.length) break;
    const name = bytes[at + 1] === applicationRecord ? names?.get(bytes[at + 2] ?? 0) : undefined;
    const text = decodeText(bytes.subarray(at + 5, Math.min(end, at + 5 + maxTextBytes)));
    if (name !== undefined && text !== '' && !binary.has(name)) {
      tags.set(name, [...(tags.get(name) ?? []), text]);
    }
    at = end;
  }
  return tags;
}

const binary = new Set(['ApplicationRecordVersion', 'ObjectPreviewData', 'RasterizedCaption', 'Prefs']);

/** Finds the IPTC records within Photoshop's image resources: '8BIM', number, name, length, data, each padded to even. */
function findRecords(block: Buffer): Buffer {
  if (block[0] === 0x1c) return block;
  let at = block.subarray(0, 14).toString('latin1') === 'Photoshop 3.0\0' ? 14 : 0;
  while (at + 12 <= block.length && block.subarray(at, at + 4).toString('latin1') === '8BIM') {
    const nameLength = block[at + 6] ?? 0;
    const start = at + 7 + nameLength + ((nameLength + 1) % 2) + 4;
    if (start > block.length) break;
    const length = block.readUInt32BE(start - 4);
    if (block.readUInt16BE(at + 4) === iptcResource) return block.subarray(start, start + length);
    at = start + length + (length % 2);
  }
  return Buffer.alloc(0);
}
