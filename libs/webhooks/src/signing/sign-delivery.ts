import { createHmac, sign } from 'node:crypto';
import { hmacKeyOf, kindOf, privateKeyOf, type SigningSecret } from './secrets.js';

/**
 * Returns the headers of Standard Webhooks. Signs `id.timestamp.body` with every unexpired secret, so that receivers
 * may know either the old or the new one.
 * @param id the same for every attempt, so that receivers can detect duplicates
 */
export function signDelivery(
  id: string,
  body: string,
  secrets: readonly SigningSecret[],
  now: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const text = `${id}.${timestamp}.${body}`;
  const signatures = secrets
    .filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now)
    .map(({ secret }) => signText(text, secret));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function signText(text: string, secret: string): string {
  if (kindOf(secret) === 'ed25519')
    return `v1a,${sign(null, Buffer.from(text), privateKeyOf(secret)).toString('base64')}`;
  return `v1,${createHmac('sha256', hmacKeyOf(secret)).update(text).digest('base64')}`;
}
