export const masked = '[masked]';

/** The value of `x:ticket`, whole or cut off (see the uploads room), in whatever it stands. */
const ticketNonce = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:\.|%2E)\d{1,12}(?:\.|%2E)[\w-]*/gi;
/** The last part of a secret callback URL. */
const callbackSecret = /(\/callbacks\/oss\/)[^/?#\s"'&;<>]+/gi;
const secretName =
  /ticket|token|secret|passw|signature|credential|session|cookie|auth(?!or)|(?:api|access)[-_]?key/i;
// Bounded repeats: strangers write what is matched here.
const jsonMember = /("(?:[^"\\]|\\[^]){1,100}")(\s{0,9}:\s{0,9}| is )("(?:[^"\\]|\\[^])*"?|[^\s,"{}[\]]+)/g;

/**
 * A body, target or message with the values of secrets replaced: ticket nonces and secret callback URLs wherever they stand, and
 * what form, query or JSON calls a token, a password and the like. Bytes that are no ASCII are left alone, so `latin1` text may
 * be given.
 */
export function maskSecrets(text: string): string {
  const withoutMembers = text
    .replaceAll(ticketNonce, masked)
    .replaceAll(callbackSecret, `$1${masked}`)
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
