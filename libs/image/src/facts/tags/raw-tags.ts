import type { ExifBlocks } from './exif-tags.js';
import type { IptcTags } from './iptc-tags.js';
import { plainText } from './tag-text.js';
import type { XmpTags } from './xmp-tags.js';

/** A tag as the file has it; binary values are left out. */
type RawValue = string | number | RawValue[] | { [name: string]: RawValue };
type RawBlock = Record<string, RawValue>;

/** The tags of a picture by the block they stand in; a block without any is left out. */
export interface RawTags {
  exif?: RawBlock;
  gps?: RawBlock;
  iptc?: RawBlock;
  xmp?: RawBlock;
  /** There were more than are kept. */
  truncated?: true;
}

/** Characters of names and values of all tags together. */
const maxCharacters = 16_384;
const maxTextLength = 500;
const maxNameLength = 100;
const maxItems = 50;
const maxDepth = 4;

/**
 * Names of all tags that reveal a place, in all blocks: coordinates, heights, addresses, the names
 * of towns and countries.
 */
const placeName =
  /gps|geo|locat|latitude|longitude|altitude|elevation|coordinate|address|city|province|state$|country|region|place|landmark|^model(?:tie|transform)/i;

/** Collects the tags of all blocks within bounds of size and depth. */
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

/** Keywords such as 'geo:lat=51.5', which photo sites use for a place. */
export function isPlaceKeyword(value: unknown): boolean {
  return typeof value === 'string' && /^geo:/i.test(value);
}

/** Removes the tags that reveal a place: the block `gps`, and similar tags in the others. */
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

/** The value within its bounds; undefined when nothing of it is left. */
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
