import { formatBytes } from '../language/formats.js';
import { words } from './words.js';

type Fields = Readonly<Record<string, unknown>>;
/** Fields of a rendition that are shown elsewhere. */
const named = new Set(['name', 'kind']);
/** Default values that are not worth showing. */
const usual: Fields = { fit: 'inside', position: 'centre', hdr: 'map', ladder: 'fixed' };

/** Describes a rendition: its size first, then each notable field. */
export function describeRendition(rendition: Fields): string[] {
  const { width, height, heights, format, ...rest } = rendition;
  const size = Array.isArray(heights)
    ? [heights.map((one) => `${textOf(one)}p`).join(', ')]
    : sizeOf(width, height);
  const others = Object.entries(rest).flatMap(([name, value]) =>
    named.has(name) ||
    usual[name] === value ||
    value === false ||
    value === undefined ||
    value === null ||
    value === 0
      ? []
      : [value === true ? name : `${name} ${textOf(value)}`],
  );
  return [...size, ...(format === undefined ? [] : [textOf(format)]), ...others];
}

/** Describes which uploads a pipeline matches. */
export function describeMatch({ kind, ...conditions }: Fields): string[] {
  const { any, kinds, conditions: names, or } = words.value;
  const kindText = textOf(kind);
  return [
    any(kinds[kindText] ?? kindText),
    ...Object.entries(conditions).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const word = name in names ? names[name as keyof typeof names] : name;
      if (name === 'minBytes' || name === 'maxBytes') return [`${word} ${formatBytes(Number(value))}`];
      if (name === 'vars')
        return Object.entries(value as Fields).map(
          ([key, wanted]) => `${word} ${key} = ${listOf(wanted, or)}`,
        );
      return [`${word} ${listOf(value, or)}`];
    }),
  ];
}

function sizeOf(width: unknown, height: unknown): string[] {
  if (width !== undefined && height !== undefined) return [`${textOf(width)} × ${textOf(height)} px`];
  if (width !== undefined) return [words.value.wide(textOf(width))];
  return height === undefined ? [] : [words.value.high(textOf(height))];
}

const listOf = (value: unknown, or: string): string =>
  Array.isArray(value) ? value.map(textOf).join(or) : textOf(value);

/** A value as written in the file. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
