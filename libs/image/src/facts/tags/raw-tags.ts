import type { ExifBlocks } from './exif-tags.js';
import type { IptcTags } from './iptc-tags.js';
import { plainText } from './tag-text.js';
import type { XmpTags } from './xmp-tags.js';

/** A tag's value as in the file; binary values are left out. */
type RawValue = string | number | RawValue[] | { [name: string]: RawValue };
type RawBlock = Record<string, RawValue>;

/** The tags of a picture by block; empty blocks are left out. */
export interface RawTags {
  exif?: RawBlock;
  gps?: RawBlock;
  iptc?: RawBlock;
  xmp?: RawBlock;
  /** Set if some tags were dropped because of the limits. */
  truncated?: true;
}

/** Total characters of all names and values. */
const maxCharacters = 16_384;
const maxTextLength = 500;
const maxNameLength = 100;
const maxItems = 50;
const maxDepth = 4;

/** Matches the names of tags that reveal a place, in all blocks: coordinates, altitudes, addresses, towns and countries. */
const placeName =
  /gps|geo|locat|latitude|longitude|altitude|elevation|coordinate|address|city|province|state$|country|region|place|landmark|^model(?:tie|transform)/i;

/** Collects the tags of all blocks, limited in size and depth. */
export function collectRawTags({ image, photo, gps }: ExifBlocks, iptc: IptcTags, xmp: XmpTags): RawTags {
  const budget = { characters: maxCharacters, truncated: false };
  const blocks: RawTags = {};
  const sources = { exif: [...image, ...photo], gps: [...gps], iptc: [...iptc], xmp: [...xmp] };
  for (const name of ['exif', 'gps', 'iptc', 'xmp'] as const) {
    const block = bound(Object.fromEntries(sources[name]), budget, 0);
    if (block && Object.keys(block).length > 0) blocks[name] = block as RawBlock;
  }
  return budget.truncated ? { ...blocks, truncated: true } : blocks;
}

/** Whether a keyword is a location such as 'geo:lat=51.5', as used by photo sites. */
export function isPlaceKeyword(value: unknown): boolean {
  return typeof value === 'string' && /^geo:/i.test(value);
}

/** Removes the tags that reveal a place: the whole `gps` block, and matching tags in the others. */
export function withoutPlaces(tags: RawTags): RawTags {
  return dropPlaces(tags as RawBlock) as RawTags;
}

function dropPlaces(value: RawBlock): RawBlock {
  const kept = Object.entries(value).filter(([name]) => !placeName.test(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, dropWithin(item)]));
}

function dropWithin(value: RawValue): RawValue {
  if (Array.isArray(value)) return value.filter((item) => !isPlaceKeyword(item)).map(dropWithin);
  return typeof value === 'object' ? dropPlaces(value) : value;
}

interface Budget {
  characters: number;
  truncated: boolean;
}

/** Limits a value in size and depth; undefined if nothing remains. */
function bound(value: unknown, budget: Budget, depth: number): RawValue | undefined {
  if (typeof value === 'number') return spend(budget, 8) ? value : undefined;
  if (typeof value === 'string') {
    const text = plainText(value, maxTextLength);
    return text !== null && spend(budget, text.length) ? text : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= maxDepth) {
    budget.truncated = true;
    return undefined;
  }
  if (Array.isArray(value)) {
    if (value.length > maxItems) budget.truncated = true;
    return value
      .slice(0, maxItems)
      .map((item) => bound(item, budget, depth + 1))
      .filter((item) => item !== undefined);
  }
  const fields: [string, RawValue][] = [];
  for (const [name, item] of Object.entries(value)) {
    const label = plainText(name, maxNameLength);
    const kept = label !== null && spend(budget, label.length) ? bound(item, budget, depth + 1) : undefined;
    if (label !== null && kept !== undefined) fields.push([label, kept]);
  }
  return Object.fromEntries(fields);
}

function spend(budget: Budget, characters: number): boolean {
  budget.characters -= characters;
  if (budget.characters < 0) budget.truncated = true;
  return budget.characters >= 0;
}
