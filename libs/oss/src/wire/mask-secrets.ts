export const masked = '[masked]';

/** A value of `x:ticket`, complete or truncated, in any context; `libs/uploads` defines its format. */
const ticketNonce =
  /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:\.|%2E)\d{1,12}(?:\.|%2E)(?:[\da-f]{2}-[\da-f-]{1,52}(?:\.|%2E))?[\w-]*/gi;
/** The last part of a secret callback or event URL. */
const urlSecret = /(\/(?:callbacks|events)\/oss\/)[^/?#\s"'&;<>]+/gi;
const secretName =
  /ticket|token|secret|passw|signature|credential|session|cookie|auth(?!or)|(?:api|access)[-_]?key/i;
// Bounded repeats, because the text is attacker-controlled.
const jsonMember = /("(?:[^"\\]|\\[^]){1,100}")(\s{0,9}:\s{0,9}| is )("(?:[^"\\]|\\[^])*"?|[^\s,"{}[\]]+)/g;

/**
 * Masks the secrets in a body, target or message: ticket nonces and secret URLs anywhere,
 * and the values of form fields, query parameters and JSON members named like a token or password.
 * Leaves non-ASCII bytes unchanged, so `latin1` text is allowed.
 */
export function maskSecrets(text: string): string {
  const withoutMembers = text
    .replaceAll(ticketNonce, masked)
    .replaceAll(urlSecret, `$1${masked}`)
    .replaceAll(jsonMember, (member, name: string, colon: string) =>
      secretName.test(name) ? `${name}${colon}"${masked}"` : member,
    );
  if (/^[\ufeff\u00ef\u00bb\u00bf\s]*[{[]/.test(text)) return withoutMembers;
  return withoutMembers
    .split(/([&\r\n])/)
    .map(maskPair)
    .join('');
}

function maskPair(pair: string): string {
  const equalsAt = pair.indexOf('=');
  if (equalsAt < 0 || !secretName.test(pair.slice(0, equalsAt))) return pair;
  const value = pair.slice(equalsAt + 1);
  return value === '' || value.startsWith(masked) ? pair : `${pair.slice(0, equalsAt + 1)}${masked}`;
}
