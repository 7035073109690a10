import { createHash, timingSafeEqual } from 'node:crypto';
import { LandfallError } from '#runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problems, SecuredBy } from '../contract/problems.js';
import { type ApiConfig, configToken } from '../tokens.js';

const digest = (key: string) => createHash('sha256').update(key).digest();

/** Returns the bearer token of a request, or undefined. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Admits requests that carry one of the API keys as a bearer token. */
@SecuredBy('apiKey')
@Problems('auth.key_missing', 'auth.key_invalid')
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly digests: readonly Buffer[];

  constructor(@Inject(configToken) config: ApiConfig) {
    this.digests = config.http.keys.map(digest);
  }

  /** @throws LandfallError auth.key_missing, auth.key_invalid */
  canActivate(context: ExecutionContext): boolean {
    const given = bearerOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (given === undefined) throw new LandfallError('auth.key_missing');
    if (!this.knows(given)) throw new LandfallError('auth.key_invalid');
    return true;
  }

  /** Whether a text is one of the API keys. */
  knows(text: string): boolean {
    const wanted = digest(text);
    return this.digests.some((known) => timingSafeEqual(known, wanted));
  }
}
