import { decodeText, plainText } from './tag-text.js';

const maxTags = 100;
const maxNameLength = 100;

/**
 * Reads the name of an ICC profile from its tag 'desc', in the form of ICC.1:2001 ('desc') or of ICC.1:2010 and later
 * ('mluc', first language). Never fails: returns null for a broken or unnamed profile.
 */
export function readProfileName(profile: Buffer | undefined): string | null {
  if (!profile || profile.length < 132) return null;
  const count = Math.min(profile.readUInt32BE(128), maxTags, Math.floor((profile.length - 132) / 12));
  for (let at = 132; at < 132 + count * 12; at += 12) {
    if (profile.subarray(at, at + 4).toString('latin1') !== 'desc') continue;
    const start = profile.readUInt32BE(at + 4);
    return plainText(readName(profile.subarray(start, start + profile.readUInt32BE(at + 8))), maxNameLength);
  }
  return null;
}

function readName(tag: Buffer): string | null {
  const type = tag.subarray(0, 4).toString('latin1');
  if (type === 'desc' && tag.length > 12) return decodeText(tag.subarray(12, 12 + tag.readUInt32BE(8)));
  if (type !== 'mluc' || tag.length < 28) return null;
  const start = tag.readUInt32BE(24);
  const text = Buffer.from(tag.subarray(start, start + Math.min(tag.readUInt32BE(20), 4 * maxNameLength)));
  return text
    .subarray(0, text.length & ~1)
    .swap16()
    .toString('utf16le')
    .replaceAll('\0', '');
}
