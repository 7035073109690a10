import type { KeyObject } from 'node:crypto';
import { readKeyUrl, verifyCallbackSignature } from '#oss';
import { LandfallError } from '#runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Problems, SecuredBy } from '../contract/problems.js';
import { type ApiConfig, configToken } from '../tokens.js';
import { CallbackKeys } from './callback-keys.js';
import { readPublicKey } from './public-key-file.js';

/** Bounds the cache, because callers choose the header. */
const keyUrlsMax = 64;

/**
 * Accepts a callback only if a key from an allowed host verifies its signature over the raw bytes.
 */
@SecuredBy('ossSignature')
@Problems(
  'callback.signature_missing',
  'callback.signature_malformed',
  'callback.signature_mismatch',
  'callback.key_url_missing',
  'callback.key_url_malformed',
  'callback.key_host_forbidden',
  'callback.key_unavailable',
  'callback.target_malformed',
)
@Injectable()
export class CallbackGuard implements CanActivate {
  private readonly pinnedKey: KeyObject | undefined;
  private readonly keyUrls = new LRUCache<string, URL>({ max: keyUrlsMax });

  constructor(
    @Inject(CallbackKeys) private readonly keys: CallbackKeys,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {
    const file = config.callback.publicKeyFile;
    this.pinnedKey = file === undefined ? undefined : readPublicKey(file);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    // Avoids switchToHttp(), which allocates an object for each callback.
    const request = context.getArgByIndex<FastifyRequest>(0);
    if (this.pinnedKey) return this.verify(request, this.pinnedKey);
    const url = this.keyUrl(request);
    const verify = (key: KeyObject) => {
      const verified = this.verify(request, key);
      this.keys.prove(url);
      return verified;
    };
    const key = this.keys.get(url);
    return key instanceof Promise ? key.then(verify) : verify(key);
  }

  /** Returns the validated key URL of the request. Cached, because OSS sends the same header with every callback. */
  private keyUrl(request: FastifyRequest): URL {
    const header = keyUrlHeader(request);
    const known = header === undefined ? undefined : this.keyUrls.get(header);
    if (known) return known;
    const url = readKeyUrl(header, this.config.callback.keyHosts);
    if (header !== undefined) this.keyUrls.set(header, url);
    return url;
  }

  private verify(request: FastifyRequest, key: KeyObject): boolean {
    const authorization = request.headers.authorization;
    if (!authorization) throw new LandfallError('callback.signature_missing');
    const rawTarget = this.config.callback.pathPrefix + (request.raw.url ?? '');
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (verifyCallbackSignature({ rawTarget, body, authorization, key })) return true;
    throw new LandfallError(
      'callback.signature_mismatch',
      'path, query and body must arrive exactly as OSS sent them: check for a proxy that rewrites the path or re-encodes the body',
    );
  }
}

function keyUrlHeader(request: FastifyRequest): string | undefined {
  const value = request.headers['x-oss-pub-key-url'];
  return Array.isArray(value) ? value[0] : value;
}
