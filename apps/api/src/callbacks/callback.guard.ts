import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readKeyUrl, verifyCallbackSignature } from '#oss';
import { LandfallError, type Logger } from '#runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ApiConfig, configToken, loggerToken } from '../tokens.js';
import { CallbackKeys } from './callback-keys.js';

/** Strangers choose the header: no more than these are remembered. */
const keyUrlsMax = 64;

/** Believes a callback only when its signature holds over the raw bytes, with a key from an allowed host. */
@Injectable()
export class CallbackGuard implements CanActivate {
  private readonly pinnedKey: KeyObject | undefined;
  private readonly keyUrls = new Map<string, URL>();

  constructor(
    @Inject(CallbackKeys) private readonly keys: CallbackKeys,
    @Inject(configToken) private readonly config: ApiConfig,
    @Inject(loggerToken) private readonly logger: Logger,
  ) {
    const file = config.callback.CALLBACK_PUBLIC_KEY_FILE;
    this.pinnedKey = file === undefined ? undefined : readPublicKey(file);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      if (this.pinnedKey) return this.verify(request, this.pinnedKey);
      const url = this.keyUrl(request);
      const verify = (key: KeyObject) => {
        const verified = this.verify(request, key);
        this.keys.prove(url);
        return verified;
      };
      const key = this.keys.get(url);
      if (!(key instanceof Promise)) return verify(key);
      return key.then(verify).catch((error: unknown) => this.refuse(request, error));
    } catch (error) {
      return this.refuse(request, error);
    }
  }

  /** The checked key URL of a header; OSS sends the same one with every callback, so it is read once. */
  private keyUrl(request: FastifyRequest): URL {
    const header = keyUrlHeader(request);
    const known = header === undefined ? undefined : this.keyUrls.get(header);
    if (known) return known;
    const url = readKeyUrl(header, this.config.callback.CALLBACK_KEY_HOSTS);
    if (header !== undefined && this.keyUrls.size < keyUrlsMax) this.keyUrls.set(header, url);
    return url;
  }

  private verify(request: FastifyRequest, key: KeyObject): boolean {
    const authorization = request.headers.authorization;
    if (!authorization) throw new LandfallError('callback.signature_missing');
    const rawTarget = this.config.callback.CALLBACK_PATH_PREFIX + (request.raw.url ?? '');
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (verifyCallbackSignature({ rawTarget, body, authorization, key })) return true;
    throw new LandfallError(
      'callback.signature_mismatch',
      'path, query and body must arrive exactly as OSS sent them: is there a proxy that rewrites the path, or a parser before us?',
    );
  }

  private refuse(request: FastifyRequest, error: unknown): never {
    const { 'x-oss-request-id': requestId, 'x-oss-bucket': bucket } = request.headers;
    this.logger.warn({ err: error, requestId, bucket }, 'callback refused');
    throw error;
  }
}

/** @throws LandfallError config.invalid */
function readPublicKey(file: string): KeyObject {
  try {
    return createPublicKey(readFileSync(file));
  } catch (error) {
    throw new LandfallError(
      'config.invalid',
      `CALLBACK_PUBLIC_KEY_FILE: ${file} is no public key in PEM form`,
      {
        cause: error,
      },
    );
  }
}

function keyUrlHeader(request: FastifyRequest): string | undefined {
  const value = request.headers['x-oss-pub-key-url'];
  return Array.isArray(value) ? value[0] : value;
}
