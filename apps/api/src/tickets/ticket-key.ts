import { maxKeyBytes } from '#oss';
import { LandfallError, type Config } from '#runtime';

/** Values of the placeholders in a key template. */
export interface KeyFacts {
  ticketId: string;
  fileName: string | undefined;
  now: Date;
}

/**
 * Expands a template to an object key: `{yyyy}`, `{mm}`, `{dd}` (UTC), `{id}` (the ticket's) and
 * `{fileName}`.
 * @throws LandfallError ticket.key_invalid
 */
export function expandKey(template: string, { ticketId, fileName, now }: KeyFacts): string {
  const [yyyy, mm, dd] = now.toISOString().slice(0, 10).split('-');
  const values = new Map([
    ['yyyy', yyyy],
    ['mm', mm],
    ['dd', dd],
    ['id', ticketId],
    ['fileName', fileName],
  ]);
  const key = template.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    throw invalid(
      name === 'fileName'
        ? 'the template contains {fileName}: send fileName, or a key without it'
        : `{${name}} is not a placeholder; use {${[...values.keys()].join('} {')}}`,
    );
  });
  refuseBadKey(key);
  return key;
}

/**
 * Refuses keys that OSS refuses, that URLs would alter in transit, or that OSS would complete after
 * checking the policy.
 */
function refuseBadKey(key: string): void {
  if (key === '' || Buffer.byteLength(key) > maxKeyBytes)
    throw invalid(`it has ${Buffer.byteLength(key)} bytes; it must have 1 to ${maxKeyBytes}`);
  if (/^[/\\]|\/$/.test(key)) throw invalid('it must not begin with / or \\ or end with /');
  if (key.split('/').some((part) => part === '.' || part === '..'))
    throw invalid('it must not contain . or .. segments');
  if (/\p{Cc}/u.test(key) || !key.isWellFormed()) throw invalid('it must not contain control characters');
  if (key.includes('${'))
    throw invalid('it must not contain ${: OSS would insert the file name of the client there');
}

/**
 * Refuses keys outside the configured prefixes and keys below the rendition prefix.
 * @throws LandfallError ticket.key_forbidden
 */
export function refuseForeignKey(key: string, { oss, tickets }: Config<'oss' | 'tickets'>): void {
  if (key.startsWith(oss.renditionPrefix))
    throw new LandfallError(
      'ticket.key_forbidden',
      `${key}: ${oss.renditionPrefix} is reserved for renditions`,
    );
  const allowed = tickets.prefixes;
  if (allowed.length > 0 && !allowed.some((prefix) => key.startsWith(prefix)))
    throw new LandfallError('ticket.key_forbidden', `${key}: TICKET_PREFIXES allows ${allowed.join(', ')}`);
}

function invalid(reason: string): LandfallError {
  return new LandfallError('ticket.key_invalid', reason);
}
