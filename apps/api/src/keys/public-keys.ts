import type { KeyObject } from 'node:crypto';
import { type ErrorCode, type EventCounter, LandfallError, type Logger } from '#runtime';
import { LRUCache } from 'lru-cache';

const refreshAfterMs = 3_600_000;
const refreshAgainAfterMs = 60_000;
const rememberFailureMs = 5_000;
const keysMax = 8;
const failuresMax = 64;
const pemMaxBytes = 16_384;

interface CachedKey {
  readonly key: KeyObject;
  fetchedAt: number;
}

/** What differs between the keys of callbacks and of events. */
export interface KeySource {
  /** Parses the key from PEM text. @throws Error if there is none */
  readonly parse: (pem: string) => KeyObject;
  /** Error code for a key that cannot be fetched. */
  readonly unavailable: ErrorCode;
  /** Counts lookups by result: `cached`, `fetched`, `failed`. */
  readonly lookups: EventCounter;
}

/**
 * Caches public keys by URL. Concurrent requests share one fetch; keys are refreshed in the
 * background, and the old one stays in use while its source is down; failures are cached for five
 * seconds. Everything is bounded, because callers choose the URLs.
 */
export class PublicKeys {
  /** Keys that have verified a request. Requests without a valid signature can neither add nor evict one. */
  private readonly proven = new LRUCache<string, CachedKey>({ max: keysMax });
  private readonly unproven = new LRUCache<string, CachedKey>({ max: keysMax });
  private readonly failures = new LRUCache<string, LandfallError>({
    max: failuresMax,
    ttl: rememberFailureMs,
  });
  private readonly fetching = new Map<string, Promise<KeyObject>>();

  constructor(
    private readonly from: KeySource,
    private readonly timeoutMs: number,
    private readonly logger: Logger,
  ) {}

  /**
   * Returns the key at an allowed URL, immediately if it is cached.
   * @throws LandfallError of the source's code
   */
  get(url: URL): KeyObject | Promise<KeyObject> {
    const cached = this.find(url);
    this.from.lookups.count(cached ? 'cached' : 'fetched');
    if (!cached) return this.fetchOnce(url);
    if (Date.now() - cached.fetchedAt > refreshAfterMs) {
      cached.fetchedAt = Date.now();
      this.fetchOnce(url).catch((error: unknown) => {
        cached.fetchedAt += refreshAgainAfterMs - refreshAfterMs;
        this.logger.warn({ err: error }, 'cannot refresh a public key; keeping the old one');
      });
    }
    return cached.key;
  }

  /** Returns the cached key of a URL without fetching it. */
  peek(url: URL): KeyObject | undefined {
    return this.find(url)?.key;
  }

  /** Records that the key of this URL verified a signature. */
  prove(url: URL): void {
    const cached = this.unproven.get(url.href);
    if (!cached) return;
    this.proven.set(url.href, cached);
    this.unproven.delete(url.href);
  }

  private find({ href }: URL): CachedKey | undefined {
    return this.proven.get(href) ?? this.unproven.get(href);
  }

  private fetchOnce(url: URL): Promise<KeyObject> {
    const failure = this.failures.get(url.href);
    if (failure) return Promise.reject(failure);
    const underWay = this.fetching.get(url.href);
    if (underWay) return underWay;
    if (this.fetching.size >= keysMax)
      return Promise.reject(new LandfallError(this.from.unavailable, 'too many key fetches are running'));
    const fetching = this.fetchKey(url)
      .then(
        (key) => this.remember(url, key),
        (error: unknown) => this.rememberFailure(url, error),
      )
      .finally(() => this.fetching.delete(url.href));
    this.fetching.set(url.href, fetching);
    return fetching;
  }

  private async fetchKey(url: URL): Promise<KeyObject> {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(this.timeoutMs) });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(`the key server answered ${answer.status}`);
    }
    let pem = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      pem += decoder.decode(chunk as Uint8Array, { stream: true });
      if (pem.length > pemMaxBytes) throw new Error(`the key is larger than ${pemMaxBytes} bytes`);
    }
    const key = this.from.parse(pem);
    if (key.asymmetricKeyType !== 'rsa')
      throw new Error(`the key is ${String(key.asymmetricKeyType)}, not rsa`);
    return key;
  }

  private remember({ href }: URL, key: KeyObject): KeyObject {
    const keys = this.proven.has(href) ? this.proven : this.unproven;
    keys.set(href, { key, fetchedAt: Date.now() });
    this.failures.delete(href);
    return key;
  }

  private rememberFailure(url: URL, cause: unknown): never {
    this.from.lookups.count('failed');
    const error = new LandfallError(this.from.unavailable, url.host, { cause });
    this.failures.set(url.href, error);
    throw error;
  }
}
