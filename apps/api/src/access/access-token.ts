import { createHmac, timingSafeEqual } from 'node:crypto';
import type { UploadPins } from '#events';
import { LandfallError } from '#runtime';
import { z } from 'zod';

/** What a token gives access to: the event stream and GET /v1/uploads/{id}. */
export const tokenScopes = ['events', 'uploads'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** What a token grants: scopes for the pinned uploads, until it expires. */
export interface TokenGrant {
  readonly scopes: readonly TokenScope[];
  readonly pins: UploadPins;
  /** Rounded to whole seconds. */
  readonly expiresAt: Date;
}

/** Longer tokens are rejected before their signature is checked. */
const tokenMaxLength = 8_192;
const form = /^lft_([\w-]+)\.([\w-]{43})$/;

const payloadSchema = z.object({
  scopes: z.array(z.enum(tokenScopes)),
  uploads: z.array(z.string()),
  tickets: z.array(z.string()),
  vars: z.record(z.string(), z.string()).nullable(),
  /** Unix seconds */
  expires: z.int(),
});

/** Returns `lft_<base64url of JSON>.<base64url HMAC-SHA256>`: readable by anyone, but tamper-proof. */
export function signToken({ scopes, pins, expiresAt }: TokenGrant, secret: string): string {
  const payload: z.input<typeof payloadSchema> = {
    scopes: [...scopes],
    uploads: [...pins.uploadIds],
    tickets: [...pins.ticketIds],
    vars: pins.vars && { ...pins.vars },
    expires: Math.floor(expiresAt.getTime() / 1_000),
  };
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `lft_${text}.${macOf(text, secret).toString('base64url')}`;
}

/** Whether a text has the prefix of a token. Does not check its signature. */
export const isToken = (text: string) => text.startsWith('lft_');

/**
 * Verifies a token and returns what it grants.
 * @throws LandfallError auth.token_invalid, auth.token_expired
 */
export function checkToken(token: string, secret: string, now: Date): TokenGrant {
  const [, text, mac] = token.length > tokenMaxLength ? [] : (form.exec(token) ?? []);
  if (text === undefined || mac === undefined) throw new LandfallError('auth.token_invalid');
  if (!timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(text, secret)))
    throw new LandfallError('auth.token_invalid');
  const parsed = payloadSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  // The signature holds, so another release with a different payload format issued it.
  if (!parsed.success) throw new LandfallError('auth.token_invalid', 'request a new one from your backend');
  const { scopes, uploads, tickets, vars, expires } = parsed.data;
  if (expires * 1_000 <= now.getTime()) throw new LandfallError('auth.token_expired');
  const pins = { uploadIds: uploads, ticketIds: tickets, vars };
  return { scopes, pins, expiresAt: new Date(expires * 1_000) };
}

/** The same secret signs stream links; the `token` prefix separates the two domains. */
function macOf(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`token\n${text}`).digest();
}
