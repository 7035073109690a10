import { formatBytes, formatDuration, formatNumber, formatTime } from '../../language/formats.js';
import { words } from '../shown/upload-words.js';

/** One row of a table of facts. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Limit for files with many streams, chapters or tags; the JSON has all of them. */
const factsAtMost = 150;
const deepest = 5;
/** The facts shown first; the rest follow in the API's order. */
const first = ['format', 'container', 'mimeType', 'width', 'height', 'durationMs'];

/**
 * Flattens metadata into readable rows: nested names are joined, and units follow their numbers. Unknown values are
 * omitted, and so is `raw`, the source of the facts.
 */
export function readFacts(metadata: Readonly<Record<string, unknown>>): Fact[] {
  const facts: Fact[] = [];
  const add = (names: readonly string[], value: unknown) => {
    if (value === null || value === undefined || facts.length >= factsAtMost) return;
    const isList = Array.isArray(value);
    if (isList && value.every((one) => typeof one !== 'object')) {
      if (value.length > 0) facts.push({ name: names.join(' · '), value: value.map(String).join(', ') });
    } else if (typeof value === 'object' && names.length < deepest)
      for (const [name, one] of Object.entries(value))
        add([...names, isList ? String(Number(name) + 1) : wordsOf(name)], one);
    else
      facts.push({
        name: names.join(' · ').replace(/ (ms|bytes|bps|hz)$/, ''),
        value: valueOf(names.at(-1) ?? '', value),
      });
  };
  const given = Object.entries(metadata).filter(([name]) => name !== 'raw');
  for (const [name, value] of given.toSorted((one, other) => placeOf(one) - placeOf(other)))
    add([wordsOf(name)], value);
  return facts;
}

/** Sort order: the facts in `first`, then scalars, then objects, then arrays. */
function placeOf([name, value]: readonly [string, unknown]): number {
  const place = first.indexOf(name);
  if (place >= 0) return place - first.length;
  if (Array.isArray(value)) return 2;
  return typeof value === 'object' ? 1 : 0;
}

/** `frameRate` becomes `frame rate`; units are shown with the value instead. */
function wordsOf(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function valueOf(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? words.value.yes : words.value.no;
  if (typeof value === 'string')
    return name.endsWith(' at') && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value)
      ? formatTime(value)
      : value;
  if (typeof value !== 'number') return JSON.stringify(value);
  if (name.endsWith(' ms')) return formatDuration(value);
  if (name.endsWith(' bytes')) return formatBytes(value);
  if (name.endsWith(' bps')) return `${formatNumber(value / 1_000)} kbit/s`;
  if (name.endsWith(' hz')) return `${formatNumber(value)} Hz`;
  return formatNumber(value);
}
