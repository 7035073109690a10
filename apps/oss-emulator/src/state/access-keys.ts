import { randomBytes } from 'node:crypto';
import { invalidArgument, type SignatureRules } from '#oss';
import type { Exchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';

/** A key that the emulator accepts; with a security token, a temporary key as issued by STS. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
  /** Expiry of a temporary key; undefined for none. */
  readonly expiresAt?: Date | undefined;
}

/** A temporary key that STS issues. */
export type IssuedKey = { readonly [Name in keyof AccessKey]-?: NonNullable<AccessKey[Name]> };

/** Maximum number of issued keys that are kept; the oldest are dropped. */
const maxIssued = 10_000;

/** The keys that the emulator accepts: those in its settings, and those it issues as STS. */
export class AccessKeys {
  readonly #settings: ReadonlyMap<string, AccessKey>;
  readonly #issued = new Map<string, AccessKey>();

  /** The key that the emulator itself signs with. */
  readonly own: AccessKey;

  constructor(settings: readonly [AccessKey, ...AccessKey[]]) {
    [this.own] = settings;
    this.#settings = new Map(settings.map((key) => [key.accessKeyId, key]));
  }

  find(accessKeyId: string): AccessKey | undefined {
    return this.#settings.get(accessKeyId) ?? this.#issued.get(accessKeyId);
  }

  knowsToken(token: string | undefined): boolean {
    const keys = [...this.#settings.values(), ...this.#issued.values()];
    return keys.some(({ securityToken }) => securityToken === token);
  }

  /** Issues a temporary key. */
  issue(expiresAt: Date): IssuedKey {
    const key = {
      accessKeyId: `STS.N${randomBytes(15).toString('base64url').replaceAll(/[-_]/g, 'x')}`,
      accessKeySecret: randomBytes(33).toString('base64url').replaceAll(/[-_]/g, 'x'),
      securityToken: `CAIS${randomBytes(144).toString('base64')}`,
      expiresAt,
    };
    this.#issued.set(key.accessKeyId, key);
    for (const id of this.#issued.keys()) if (this.#issued.size > maxIssued) this.#issued.delete(id);
    return key;
  }
}

/**
 * Returns the function that looks up the secret of an access key for a request with this security token. A temporary
 * key used without its token counts as unknown. Which refusal a wrong token gets is inferred from their names, as OSS
 * documents none.
 * @returns a function that throws OssRefusal InvalidSecurityToken, AccessKeyIdAndSecurityTokenNotMatch,
 * SecurityTokenExpired
 */
export function secretFinder(
  keys: AccessKeys,
  token: string | undefined,
  now: Date,
): SignatureRules['findSecret'] {
  return (accessKeyId) => {
    const key = keys.find(accessKeyId);
    if (!key || (key.securityToken !== undefined && token === undefined)) return undefined;
    if (key.securityToken !== token)
      throw refusal(keys.knowsToken(token) ? 'AccessKeyIdAndSecurityTokenNotMatch' : 'InvalidSecurityToken');
    if (key.expiresAt && key.expiresAt.getTime() <= now.getTime()) throw refusal('SecurityTokenExpired');
    return key.accessKeySecret;
  };
}

/**
 * The security token of a request, from the same place as its signature: headers or URL. Undefined if there is none.
 * @throws OssRefusal InvalidArgument if it is in both
 */
export function readSecurityToken({ headers, query }: Exchange): string | undefined {
  // The V1 signing of one SDK sends the header without `x-oss-`, and unsigned.
  const inHeader = headers['x-oss-security-token'] ?? headers['security-token'];
  const inUrl = query['x-oss-security-token'] ?? query['security-token'];
  if (inHeader !== undefined && inUrl !== undefined)
    throw invalidArgument('The security token may be in a header or in the query string, not in both.');
  return headers['authorization'] === undefined ? inUrl : inHeader;
}
