import { createHmac } from 'node:crypto';
import type { DataSource } from '#database';
import { LandfallError, newId } from '#runtime';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { keptS } from './remove-old-keys.js';
import { openAnswer, sealAnswer } from './sealed-answer.js';

/** A request with an idempotency key. */
export interface KeyedRequest {
  /** Who sends it, such as its credentials: the keys of one client are not those of another. */
  client: string;
  /** The header `Idempotency-Key` as it came. */
  key: string;
  /** What makes it the same request. */
  method: string;
  url: string;
  body: Uint8Array;
}

/**
 * How long one try may take. Longer than any request lasts, and short enough to wait for: so long a
 * key stays in use whose process died.
 */
const claimS = 30;
/** A key that is released while it is looked at is free. */
const triesMax = 3;

/** What the keys of a client mean: which of its requests were answered, and how. */
export class IdempotencyKeys {
  /** @param secret of 32 and more characters; with another one no earlier key is known */
  constructor(
    private readonly source: DataSource,
    private readonly secret: string,
  ) {}

  /**
   * Does work once for a key: answers what it answered the first time, for 24 hours. Work that fails
   * leaves the key free, and a process that dies at it does so within 30 seconds; what it has done by
   * then stays done.
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

  /** Takes a key that is free, or gives its answer. */
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
    // It took so long that another request has the key by now: that one's answer counts.
    if (!affected) throw new LandfallError('idempotency.key_in_use', 'repeat the request in a moment');
  }

  /** 32 bytes that nobody can compute, nor guess the parts from, who does not know the secret. */
  private derive(purpose: string, ...parts: (string | Uint8Array)[]): Buffer {
    const hmac = createHmac('sha256', this.secret).update(`idempotency ${purpose}`);
    for (const part of parts) {
      const bytes = Buffer.from(part as Uint8Array);
      // With their lengths, or the end of one could pass for the beginning of the next.
      hmac.update(`\n${bytes.length}\n`).update(bytes);
    }
    return hmac.digest();
  }
}

/** As a string of structured fields, in quotes, or without them, as most clients send it. */
function readKey(header: string): string {
  const key = /^"(.*)"$/s.exec(header.trim())?.[1] ?? header.trim();
  // A header that is given twice arrives as one, with a comma.
  if (!/^[!#-+\--[\]-~]{1,255}$/.test(key)) throw new LandfallError('idempotency.key_invalid');
  return key;
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
