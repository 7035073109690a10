import { maxOrdered, orders, type Change } from './target-changes.js';
import { percentEncode } from '#oss';

/** Yields what a JSON body may have been before something parsed and serialized it again. */
export function* jsonChanges(value: object): Generator<Change<string>> {
  yield* writings(value, 'the JSON was parsed and serialized again');
  const pairs = Object.entries(value).map(([name, field]: [string, unknown]): [string, string] => [
    name,
    typeof field === 'string' ? field : JSON.stringify(field),
  ]);
  const asForm = 'the form was parsed and serialized as JSON';
  yield { sent: pairs.map(([name, field]) => `${name}=${percentEncode(field)}`).join('&'), cause: asForm };
  yield { sent: new URLSearchParams(pairs).toString(), cause: asForm };
  const members = Object.entries(value);
  if (members.length > 1 && members.length <= maxOrdered)
    for (const order of orders(members))
      yield* writings(
        Object.fromEntries(order),
        'the JSON was parsed and serialized again, with its members reordered',
      );
}

function* writings(value: object, cause: string): Generator<Change<string>> {
  const spaced = (indent: number | string) => JSON.stringify(value, null, indent);
  const oneLine = spaced(1).replaceAll(/\n */g, ' ');
  const written = [
    JSON.stringify(value),
    spaced(2),
    spaced(4),
    spaced('\t'),
    oneLine,
    oneLine.replace(/^\{ /, '{').replace(/ \}$/, '}'),
  ];
  for (const sent of written) {
    yield { sent, cause };
    yield { sent: sent.replaceAll('/', '\\/'), cause };
    yield { sent: escapeNonAscii(sent), cause };
  }
}

function escapeNonAscii(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Indenting deeply nested JSON takes quadratic time; callbacks are flat. */
const maxBrackets = 200;

/**
 * Parses a text as a JSON object; undefined if it is not one, or has too many brackets to be
 * serialized again.
 */
export function readObject(text: string): object | undefined {
  if (text.split(/[[{]/, maxBrackets + 2).length > maxBrackets + 1) return undefined;
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
