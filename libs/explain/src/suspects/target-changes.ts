import { showValue } from '#oss';

/** A value that may have been sent, and what would have changed it to the received one in transit. */
export interface Change<Value> {
  readonly sent: Value;
  readonly cause: string;
}

/** Where a callback was sent, as far as the settings show. */
export interface TargetSettings {
  /** Path prefix that a proxy removes, or empty. */
  readonly pathPrefix: string;
  /** The callback URL that OSS was given, if it is known. */
  readonly callbackUrl?: string | undefined;
}

const usualPrefixes = ['/api', '/v1', '/api/v1', '/landfall', '/media', '/oss', '/upload'];
const originalTargetHeaders = [
  'x-original-uri',
  'x-original-url',
  'x-forwarded-uri',
  'x-envoy-original-path',
];

/**
 * Returns the targets that were signed if nothing was changed in transit; those with a cause
 * indicate a wrong setting or a proxy.
 */
export function signedTargets(
  { rawTarget }: { readonly rawTarget: string },
  { pathPrefix, callbackUrl }: TargetSettings,
): Change<string>[] {
  const targets = readings({ sent: pathPrefix + rawTarget, cause: '' });
  if (pathPrefix !== '')
    targets.push(
      ...readings({
        sent: rawTarget,
        cause: `CALLBACK_PATH_PREFIX=${pathPrefix} is set, and the callback was sent to a path without it`,
      }),
    );
  const given = /^https?:\/\/[^/?#]+([^#]*)/i.exec(callbackUrl ?? '')?.[1];
  if (given !== undefined) {
    const sent = given.startsWith('/') ? given : `/${given}`;
    const cause = `path or query was changed: the callback was sent to ${showValue(sent)}`;
    if (sent !== pathPrefix + rawTarget) targets.push(...readings({ sent, cause }));
  }
  return targets;
}

/** A literal + of a path may be signed as a space (see `callback-signature.ts`). */
function readings({ sent, cause }: Change<string>): Change<string>[] {
  const [path = ''] = sent.split('?', 1);
  if (!path.includes('+')) return [{ sent, cause }];
  return [
    { sent, cause },
    { sent: path.replaceAll('+', '%20') + sent.slice(path.length), cause },
  ];
}

/** Yields the targets that OSS may have signed if a proxy changed the received one. */
export function* targetChanges(
  received: string,
  headers: Readonly<Record<string, string>>,
): Generator<Change<string>> {
  for (const name of originalTargetHeaders) {
    const sent = headers[name];
    if (sent?.startsWith('/'))
      yield { sent, cause: `a proxy rewrote the target; header ${name} holds the original` };
  }
  const queryAt = received.indexOf('?');
  const path = queryAt < 0 ? received : received.slice(0, queryAt);
  const query = queryAt < 0 ? '' : received.slice(queryAt + 1);
  for (const { sent, cause } of pathChanges(path, headers['x-forwarded-prefix']))
    yield { sent: queryAt < 0 ? sent : `${sent}?${query}`, cause };
  if (queryAt < 0) yield { sent: `${path}?`, cause: 'the empty query (a ? at the end) was removed' };
  else {
    yield { sent: path, cause: query === '' ? 'a ? was appended to the path' : 'a query was added' };
    for (const { sent, cause } of queryChanges(query)) yield { sent: `${path}?${sent}`, cause };
  }
}

function* pathChanges(path: string, forwardedPrefix: string | undefined): Generator<Change<string>> {
  for (const prefix of [...(forwardedPrefix ? [forwardedPrefix] : []), ...usualPrefixes])
    yield {
      sent: prefix.replace(/\/$/, '') + path,
      cause: `a proxy removed the path prefix ${prefix}: set CALLBACK_PATH_PREFIX=${prefix}`,
    };
  const segments = path.split('/').slice(1);
  for (let count = 1; count < Math.min(segments.length, 5); count += 1)
    yield {
      sent: `/${segments.slice(count).join('/')}`,
      cause: `a proxy added the path prefix /${segments.slice(0, count).join('/')}: configure it to forward the path unchanged`,
    };
  yield path.endsWith('/')
    ? { sent: path.slice(0, -1), cause: 'a trailing slash was added to the path' }
    : { sent: `${path}/`, cause: 'the trailing slash of the path was removed' };
  if (path.includes('//'))
    yield { sent: path.replaceAll(/\/+/g, '/'), cause: 'a slash in the path was doubled' };
  for (const [at, sign] of [...path].entries())
    if (sign === '/' && at < 200)
      yield {
        sent: `${path.slice(0, at)}/${path.slice(at)}`,
        cause: '// in the path was merged into one slash',
      };
  const once = tryDecode(path);
  if (once !== undefined && once !== path) yield { sent: once, cause: 'the path was percent-encoded again' };
  if (path.includes('%')) yield { sent: path.replaceAll('%', '%25'), cause: 'the path was percent-decoded' };
}

/** Maximum number of parameters for which every order is tried. */
export const maxOrdered = 5;

function* queryChanges(query: string): Generator<Change<string>> {
  const cause = 'the query was re-encoded';
  const pairs = query.split('&');
  const inPairs = (rewrite: (text: string) => string) =>
    pairs.map((pair) => pair.split('=').map(rewrite).join('=')).join('&');
  yield {
    sent: inPairs((text) => encodeURIComponent(text.toWellFormed())),
    cause: 'the query was percent-decoded',
  };
  yield { sent: inPairs((text) => text.replaceAll('+', '%20')), cause };
  yield { sent: inPairs((text) => text.replaceAll('%20', '+')), cause };
  yield { sent: inPairs((text) => tryDecode(text) ?? text), cause };
  yield { sent: inPairs((text) => encodeURIComponent((tryDecode(text) ?? text).toWellFormed())), cause };
  yield { sent: query.replaceAll(/%[\da-f]{2}/gi, (code) => code.toLowerCase()), cause };
  yield { sent: query.replaceAll(/%[\da-f]{2}/gi, (code) => code.toUpperCase()), cause };
  yield { sent: query.replaceAll(/=(?=&|$)/g, ''), cause: 'an = was added to parameters without a value' };
  yield {
    sent: pairs.map((pair) => (pair.includes('=') ? pair : `${pair}=`)).join('&'),
    cause: 'the = of empty parameters was removed',
  };
  if (pairs.length > maxOrdered) return;
  for (const order of orders(pairs)) yield { sent: order.join('&'), cause: 'the query was reordered' };
  for (const [index, pair] of pairs.entries())
    yield {
      sent: pairs.toSpliced(index, 1).join('&'),
      cause: `query parameter ${showValue(pair.split('=', 1)[0] ?? '')} was added`,
    };
}

/** Yields every order of the items. */
export function* orders<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length < 2) yield [...items];
  for (const [index, item] of items.length < 2 ? [] : items.entries())
    for (const rest of orders(items.toSpliced(index, 1))) yield [item, ...rest];
}

export function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
