import type { MediaFacts } from './media-facts.js';

/** Maximum length of the text of a tag. */
export const textLimit = 500;
const nameLimit = 100;
const tagsMax = 50;
/** Maximum size of the raw description, in characters of JSON. */
const rawLimit = 65_536;

const tellsPlace = /location|gps|xyz|latitude|longitude|altitude|geo/i;

/** Tags with lower-case names, bounded, without those that contain a location. */
export function readTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(tags)
    .map(([name, value]) => [name.toLowerCase().slice(0, nameLimit), value.slice(0, textLimit)] as const)
    .filter(([name]) => !tellsPlace.test(name));
  return Object.fromEntries(kept.slice(0, tagsMax));
}

/**
 * The output of ffprobe as it is stored: without the file name that we used, with texts and tags bounded, and with only the
 * first streams if there are very many.
 */
export function boundRaw(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { filename: _ours, ...format } = bound(raw['format']) as Record<string, unknown>;
  const streams: unknown[] = [];
  let length = JSON.stringify(format).length;
  for (const stream of Array.isArray(raw['streams']) ? raw['streams'] : []) {
    const bounded = bound(stream);
    length += JSON.stringify(bounded).length;
    if (length > rawLimit) break;
    streams.push(bounded);
  }
  return { format, streams };
}

/** The same facts without what reveals where the media was recorded. */
export function withoutPlaces(facts: MediaFacts): MediaFacts {
  return { ...facts, raw: dropPlaces(facts.raw) as Record<string, unknown> };
}

function bound(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, textLimit);
  if (Array.isArray(value)) return value.slice(0, tagsMax).map(bound);
  if (typeof value !== 'object' || value === null) return value;
  // ffprobe's own objects have about 80 fields; an object of tags has those of the file.
  const fields = Object.entries(value).slice(0, 2 * tagsMax);
  return Object.fromEntries(fields.map(([name, field]) => [name.slice(0, nameLimit), bound(field)]));
}

function dropPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropPlaces);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name === 'chroma_location' || !tellsPlace.test(name));
  return Object.fromEntries(kept.map(([name, field]) => [name, dropPlaces(field)]));
}
