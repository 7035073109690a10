import { tryDecode, type Change } from './explain-target-changes.js';
import { percentEncode } from './percent-encoding.js';

/** The bodies that OSS may have signed when something on the way changed the one that was received. */
export function* bodyChanges(received: Buffer, contentLength: number): Generator<Change<Buffer>> {
  if (contentLength < received.length)
    yield {
      sent: received.subarray(0, contentLength),
      cause: 'bytes follow the body that Content-Length announces',
    };
  const bom = Buffer.from('\ufeff');
  if (received.subarray(0, 3).equals(bom))
    yield { sent: received.subarray(3), cause: 'a byte order mark was added' };
  else yield { sent: Buffer.concat([bom, received]), cause: 'the byte order mark was dropped' };
  const text = received.toString('utf8');
  for (const { sent, cause } of textChanges(text)) yield { sent: Buffer.from(sent), cause };
  yield { sent: Buffer.from(text, 'latin1'), cause: 'the body was read as Latin-1 and written as UTF-8' };
  yield {
    sent: Buffer.from(received.toString('latin1')),
    cause: 'the charset was changed from UTF-8 to Latin-1',
  };
  yield {
    sent: Buffer.from(new TextDecoder('gbk').decode(received)),
    cause: 'the charset was changed from UTF-8 to GBK',
  };
}

function* textChanges(text: string): Generator<Change<string>> {
  yield { sent: text.replace(/\r?\n$/, ''), cause: 'a line end was appended to the body' };
  yield { sent: `${text}\n`, cause: 'the line end after the body was dropped' };
  yield { sent: `${text}\r\n`, cause: 'the line end after the body was dropped' };
  yield { sent: text.trim(), cause: 'white space was added around the body' };
  yield { sent: text.replaceAll('\r\n', '\n'), cause: 'line ends were changed from LF to CRLF' };
  yield { sent: text.replaceAll(/\r?\n/g, '\r\n'), cause: 'line ends were changed from CRLF to LF' };
  const json = tryParse(text);
  if (json === undefined) yield* formChanges(text);
  else yield* jsonChanges(json);
}

function* jsonChanges(value: object): Generator<Change<string>> {
  const compact = JSON.stringify(value);
  const spaced = (indent: number | string) => JSON.stringify(value, null, indent);
  const cause = 'the JSON was parsed and written anew';
  const oneLine = spaced(1).replaceAll(/\n */g, ' ');
  const written = [
    compact,
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
  const pairs = Object.entries(value).map(([name, field]): [string, string] => [name, String(field)]);
  const asForm = 'the form was parsed and written as JSON';
  yield { sent: pairs.map(([name, field]) => `${name}=${percentEncode(field)}`).join('&'), cause: asForm };
  yield { sent: new URLSearchParams(pairs).toString(), cause: asForm };
}

function* formChanges(text: string): Generator<Change<string>> {
  const cause = text.includes('%') ? 'the form was parsed and written anew' : 'the body was percent-decoded';
  const inPairs = (rewriteName: (name: string) => string, rewrite: (value: string) => string) =>
    text
      .split('&')
      .map((pair) => {
        const equalsAt = pair.indexOf('=');
        return equalsAt < 0
          ? pair
          : `${rewriteName(pair.slice(0, equalsAt))}=${rewrite(pair.slice(equalsAt + 1))}`;
      })
      .join('&');
  const plain = (part: string) => tryDecode(part.replaceAll('+', ' ')) ?? part;
  const asPlus = (value: string) => percentEncode(plain(value)).replaceAll('%20', '+');
  yield { sent: inPairs(plain, (value) => value.replaceAll('+', '%20')), cause: `${cause}: + for %20` };
  yield { sent: inPairs(plain, (value) => percentEncode(plain(value))), cause };
  yield { sent: inPairs(plain, asPlus), cause: `${cause}: %20 for +` };
  yield { sent: inPairs(plain, (value) => percentEncode(plain(value)).replaceAll('%2F', '/')), cause };
  yield { sent: inPairs(plain, (value) => encodeURIComponent(plain(value))), cause };
  yield { sent: inPairs(percentEncode, percentEncode), cause: 'the body was percent-decoded' };
  yield { sent: inPairs((name) => name, percentEncode), cause: 'the body was percent-decoded' };
  yield { sent: text.replaceAll('%', '%25'), cause: 'the body was percent-decoded' };
  yield { sent: inPairs(plain, plain), cause: 'the body was percent-encoded' };
  const fields = Object.fromEntries(
    text.split('&').map((pair) => [...pair.split('=', 2), ''].slice(0, 2).map(plain)),
  );
  yield { sent: JSON.stringify(fields), cause: 'the JSON was parsed and written as a form' };
}

function escapeNonAscii(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function tryParse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
