import { formatBytes, formatDuration, formatNumber, formatTime } from '../../language/formats.js';
import { words } from '../shown/upload-words.js';

/** One line of a table of facts. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Streams, chapters and tags may be many; all of them stand in the JSON. */
const factsAtMost = 150;
const deepest = 5;
/** What people look for first; the order of the rest is that of the API. */
const first = ['format', 'container', 'mimeType', 'width', 'height', 'durationMs'];

/**
 * Facts as lines that people read: what lies within others has their name before its own, and units stand behind their number.
 * What is not known is left out, and `raw`, which is what the facts were read from.
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

/** After the first ones, what is one value comes before what has several, and lists of such come last. */
function placeOf([name, value]: readonly [string, unknown]): number {
  const place = first.indexOf(name);
  if (place >= 0) return place - first.length;
  if (Array.isArray(value)) return 2;
  return typeof value === 'object' ? 1 : 0;
}

/** `frameRate` as `frame rate`; the unit is told with the value. */
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
