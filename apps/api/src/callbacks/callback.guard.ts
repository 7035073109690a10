import type { KeyObject } from 'node:crypto';
import { readKeyUrl, verifyCallbackSignature } from '#oss';
import { LandfallError, type Logger } from '#runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ApiConfig, configToken, loggerToken } from '../tokens.js';
import { CallbackKeys } from './callback-keys.js';

/** Believes a callback only when its signature holds over the raw bytes, with a key from an allowed host. */
@Injectable()
export class CallbackGuard implements CanActivate {
  constructor(
    @Inject(CallbackKeys) private readonly keys: CallbackKeys,
    @Inject(configToken) private readonly config: ApiConfig,
    @Inject(loggerToken) private readonly logger: Logger,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      const key = this.keys.get(readKeyUrl(keyUrlHeader(request), this.config.callback.CALLBACK_KEY_HOSTS));
      if (!(key instanceof Promise)) return this.verify(request, key);
      return key.then((fetched) => this.verify(request, fetched));
    } catch (error) {
      this.refused(request, error);
      throw error;
    }
  }

  private verify(request: FastifyRequest, key: KeyObject): boolean {
    const authorization = request.headers.authorization;
    if (!authorization) throw new LandfallError('callback.signature_missing');
    const rawTarget = request.raw.url ?? '';
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (verifyCallbackSignature({ rawTarget, body, authorization, key })) return true;
    throw new LandfallError(
      'callback.signature_mismatch',
      'path, query and body must arrive exactly as OSS sent them: is there a proxy that rewrites the path, or a parser before us?',
    );
  }

  private refused(request: FastifyRequest, error: unknown): void {
    this.logger.warn(
      { err: error, requestId: request.headers['x-oss-request-id'], bucket: request.headers['x-oss-bucket'] },
      'callback refused',
    );
  }
}

function keyUrlHeader(request: FastifyRequest): string | undefined {
  const value = request.headers['x-oss-pub-key-url'];
  return Array.isArray(value) ? value[0] : value;
}
