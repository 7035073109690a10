import { maxOrdered, orders, tryDecode, type Change } from './target-changes.js';
import { percentEncode } from '#oss';

/** Yields what a form may have been before something parsed and serialized it again. */
export function* formChanges(text: string): Generator<Change<string>> {
  const cause = text.includes('%')
    ? 'the form was parsed and serialized again'
    : 'the body was percent-decoded';
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
  const same = (part: string) => part;
  const asPlus = (value: string) => percentEncode(plain(value)).replaceAll('%20', '+');
  yield { sent: inPairs(plain, (value) => value.replaceAll('+', '%20')), cause: `${cause}: + for %20` };
  yield { sent: inPairs(plain, (value) => percentEncode(plain(value))), cause };
  yield { sent: inPairs(plain, asPlus), cause: `${cause}: %20 for +` };
  yield { sent: inPairs(plain, (value) => percentEncode(plain(value)).replaceAll('%2F', '/')), cause };
  yield { sent: inPairs(plain, (value) => encodeURIComponent(plain(value))), cause };
  yield { sent: inPairs(percentEncode, percentEncode), cause: 'the body was percent-decoded' };
  yield { sent: inPairs(same, percentEncode), cause: 'the body was percent-decoded' };
  yield { sent: text.replaceAll('%', '%25'), cause: 'the body was percent-decoded' };
  yield { sent: inPairs(plain, plain), cause: 'the body was percent-encoded' };
  for (const charset of ['gbk', 'latin1'])
    yield {
      sent: inPairs(same, (value) => percentEncode(decodeAs(charset, value))),
      cause: `the charset was changed from UTF-8 to ${charset.toUpperCase()}`,
    };
  const fields = Object.fromEntries(
    text.split('&').map((pair) => [...pair.split('=', 2), ''].slice(0, 2).map(plain)),
  );
  yield { sent: JSON.stringify(fields), cause: 'the JSON was parsed and serialized as a form' };
}

/** Yields the same fields in every order, if there are at most `maxOrdered`. */
export function* fieldOrders(text: string): Generator<Change<string>> {
  const pairs = text.split('&');
  if (pairs.length > 1 && pairs.length <= maxOrdered)
    for (const order of orders(pairs))
      yield { sent: order.join('&'), cause: 'the fields of the form were reordered' };
}

function decodeAs(charset: string, value: string): string {
  const bytes = Buffer.from(
    value
      .replaceAll('+', ' ')
      .replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  return new TextDecoder(charset).decode(bytes);
}
