import { type ErrorCode, LandfallError } from '#runtime';
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problems, SecuredBy } from '../contract/problems.js';
import { ApiKeyGuard, bearerOf } from '../http/api-key.guard.js';
import { type ApiConfig, configToken } from '../tokens.js';
import { checkToken, isToken, type TokenGrant, type TokenScope } from './access-token.js';

const refusals = [
  'auth.key_missing',
  'auth.key_invalid',
  'auth.token_invalid',
  'auth.token_expired',
  'auth.token_scope',
] as const satisfies ErrorCode[];

const grants = new WeakMap<FastifyRequest, TokenGrant>();

/** Injects what the token of the request grants, or null for an API key, which grants everything. */
export const Grant = createParamDecorator(
  (_: unknown, context: ExecutionContext): TokenGrant | null =>
    grants.get(context.switchToHttp().getRequest<FastifyRequest>()) ?? null,
);

/** Admits requests with an API key, or with a token of the guard's scope as a bearer token. */
@Injectable()
abstract class AccessGuard implements CanActivate {
  protected abstract readonly scope: TokenScope;

  constructor(
    private readonly keys: ApiKeyGuard,
    @Inject(configToken) private readonly config: ApiConfig,
  ) {}

  /**
   * @throws LandfallError auth.key_missing, auth.key_invalid, auth.token_invalid, auth.token_expired,
   * auth.token_scope
   */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = this.tokenOf(request);
    if (token === undefined) return this.keys.canActivate(context);
    const grant = checkToken(token, this.config.http.linkSecret, new Date());
    if (!grant.scopes.includes(this.scope))
      throw new LandfallError('auth.token_scope', `it lacks the scope ${this.scope}`);
    grants.set(request, grant);
    return true;
  }

  /** Returns the token of a request. API keys take precedence, because one may look like a token. */
  protected tokenOf(request: FastifyRequest): string | undefined {
    const bearer = bearerOf(request);
    return bearer !== undefined && isToken(bearer) && !this.keys.knows(bearer) ? bearer : undefined;
  }
}

/** Admits requests that may read uploads; `admitPinned` then checks which ones. */
@SecuredBy('apiKey', 'browserToken')
@Problems(...refusals)
@Injectable()
export class UploadAccessGuard extends AccessGuard {
  protected readonly scope = 'uploads';
}

/** Admits requests that may follow events. Also reads the token from the query, because EventSource cannot send headers. */
@SecuredBy('apiKey', 'browserToken', 'queryToken')
@Problems(...refusals)
@Injectable()
export class EventAccessGuard extends AccessGuard {
  protected readonly scope = 'events';

  protected override tokenOf(request: FastifyRequest): string | undefined {
    const { token } = request.query as { token?: unknown };
    return token === undefined ? super.tokenOf(request) : String(token);
  }
}
