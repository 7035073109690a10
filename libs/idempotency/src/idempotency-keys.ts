import { createHmac } from 'node:crypto';
import type { DataSource } from '#database';
import { LandfallError, newId } from '#runtime';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { keptS } from './remove-old-keys.js';
import { openAnswer, sealAnswer } from './sealed-answer.js';

/** A request with an idempotency key. */
export interface KeyedRequest {
  /** Identity of the client, such as its credentials. Keys are scoped to it. */
  client: string;
  /** The raw `Idempotency-Key` header. */
  key: string;
  /** With url and body: must be equal in a repeated request. */
  method: string;
  url: string;
  body: Uint8Array;
}

/**
 * Lease of one attempt. Longer than any request takes, yet short, because the key of a crashed process
 * stays in use until it expires.
 */
const claimS = 30;
/** Attempts to claim a key that is released between the insert and the read. */
const triesMax = 3;

/** Stores the responses of requests by idempotency key. */
export class IdempotencyKeys {
  /** @param secret at least 32 characters; changing it invalidates all stored keys */
  constructor(
    private readonly source: DataSource,
    private readonly secret: string,
  ) {}

  /**
   * Runs `work` once per key and returns its stored answer for 24 hours. If it fails, the key is free
   * again at once; if the process crashes, after 30 seconds. Side effects up to then are not undone.
   * @throws LandfallError idempotency.key_invalid, idempotency.key_in_use, idempotency.key_reused;
   * and what the work throws
   */
  async once<Answer>(
    request: KeyedRequest,
    work: () => Promise<Answer>,
  ): Promise<{ answer: Answer; isRepeated: boolean }> {
    const key = readKey(request.key);
    const { client, method, url, body } = request;
    const id = uuidOf(this.derive('id', client, key));
    const fingerprint = this.derive('request', method, url, body);
    const seal = this.derive('answer', client, key);
    const claim = await this.claim(id, fingerprint);
    if ('answer' in claim)
      return { answer: openAnswer(claim.answer, seal, fingerprint) as Answer, isRepeated: true };
    try {
      const answer = await work();
      await this.keep({ id, claim: claim.claim }, sealAnswer(answer, seal, fingerprint));
      return { answer, isRepeated: false };
    } catch (error) {
      await this.source.getRepository(IdempotencyKey).delete({ id, claim: claim.claim });
      throw error;
    }
  }

  /** Claims a free key, or returns its stored answer. */
  private async claim(id: string, fingerprint: Buffer): Promise<{ claim: string } | { answer: Buffer }> {
    const claim = newId();
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const taken: unknown[] = await this.source.query(
        `INSERT INTO idempotency_keys AS k (id, fingerprint, claim, claimed_until, created_at)
         VALUES ($1, $2, $3, now() + make_interval(secs => $4), now())
         ON CONFLICT (id) DO UPDATE
           SET fingerprint = excluded.fingerprint, claim = excluded.claim, claimed_until = excluded.claimed_until,
               created_at = excluded.created_at, answer = NULL
           WHERE (k.answer IS NULL AND k.claimed_until < now()) OR k.created_at < now() - make_interval(secs => $5)
         RETURNING k.id`,
        [id, fingerprint, claim, claimS, keptS],
      );
      if (taken.length > 0) return { claim };
      const known = await this.source.getRepository(IdempotencyKey).findOneBy({ id });
      if (!known) continue;
      if (!known.fingerprint.equals(fingerprint)) throw new LandfallError('idempotency.key_reused');
      if (known.answer) return { answer: known.answer };
      break;
    }
    throw new LandfallError('idempotency.key_in_use', 'repeat the request in a moment');
  }

  private async keep(where: { id: string; claim: string }, answer: Buffer): Promise<void> {
    const { affected } = await this.source.getRepository(IdempotencyKey).update(where, { answer });
    // The lease expired and another request took the key over, so its answer counts.
    if (!affected) throw new LandfallError('idempotency.key_in_use', 'repeat the request in a moment');
  }

  /** Derives 32 bytes from the parts with HMAC-SHA256; neither they nor the parts can be guessed without the secret. */
  private derive(purpose: string, ...parts: (string | Uint8Array)[]): Buffer {
    const hmac = createHmac('sha256', this.secret).update(`idempotency ${purpose}`);
    for (const part of parts) {
      const bytes = Buffer.from(part as Uint8Array);
      // Length-prefixed, so that different splits of the same bytes do not collide.
      hmac.update(`\n${bytes.length}\n`).update(bytes);
    }
    return hmac.digest();
  }
}

/** Accepts a structured-field string in quotes, and a bare value, as most clients send it. */
function readKey(header: string): string {
  const key = /^"(.*)"$/s.exec(header.trim())?.[1] ?? header.trim();
  // A repeated header arrives joined with a comma, so commas are refused.
  if (!/^[!#-+\--[\]-~]{1,255}$/.test(key)) throw new LandfallError('idempotency.key_invalid');
  return key;
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
