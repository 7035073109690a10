import { callbackOutcomes } from '../callbacks/callback-metrics.js';
import type { RefusedCallbacks } from '../callbacks/refused-callbacks.js';
import { maskSecrets } from '#oss';
import { type ErrorCode, errorTable, httpStatusOf, LandfallError, type Logger } from '#runtime';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';

const callbackPath = '/callbacks/oss';

/** Answers every error as `application/problem+json` (RFC 9457) with a stable `code`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly refusedCallbacks: RefusedCallbacks,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = wrongMethod(thrown, request) ?? translateHttpError(thrown);
    const status = httpStatusOf(error.code);
    if (isCallbackPath(request)) callbackOutcomes.count(error.code);
    // A database that is away refuses every callback: those lines are bounded. A mistake of ours is always told.
    if (isCallback(request) && error.code !== 'internal.unexpected')
      this.refusedCallbacks.tell(request, error);
    else if (status >= 500)
      this.logger.error(
        { err: error, method: request.method, path: maskSecrets(pathOf(request)) },
        'request failed',
      );
    if (error.code === 'request.method_not_allowed')
      reply.header('allow', String(error.context['allow'] ?? ''));
    if (status === 503) reply.header('retry-after', '1');
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    reply
      .status(status)
      .header('content-type', 'application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:landfall:error:${error.code}`,
          title: errorTable[error.code].message,
          status,
          code: error.code,
          detail: error.detail ?? errorTable[error.code].message,
        }),
      );
  }
}

/** A path that is there for other methods is 405 and not 404 (paths without parameters; Fastify cannot tell for others). */
function wrongMethod(thrown: unknown, request: FastifyRequest): LandfallError | undefined {
  if (!(thrown instanceof NotFoundException)) return undefined;
  const url = pathOf(request);
  // The router reads `*` and `:` as patterns, and throws at some.
  if (/[*:]/.test(url)) return undefined;
  const allow = ['GET', 'POST'].filter((method) =>
    request.server.hasRoute({ method: method as HTTPMethods, url }),
  );
  if (allow.length === 0) return undefined;
  const allowed = allow.join(', ');
  return new LandfallError('request.method_not_allowed', `${request.method}; use ${allowed}`, {
    context: { allow: allowed },
  });
}

/** What Fastify and Nest throw themselves, in our codes. */
export function translateHttpError(thrown: unknown): LandfallError {
  if (thrown instanceof LandfallError) return thrown;
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown }).statusCode;
  const code = codeByStatus[Number(status)];
  if (code) return new LandfallError(code, undefined, { cause: thrown });
  return new LandfallError('internal.unexpected', undefined, { cause: thrown });
}

const codeByStatus: Record<number, ErrorCode> = {
  400: 'request.invalid',
  404: 'request.not_found',
  405: 'request.method_not_allowed',
  413: 'request.too_large',
  415: 'request.invalid',
};

/** Also one that a proxy sent to another path. */
function isCallback(request: FastifyRequest): boolean {
  return isCallbackPath(request) || request.headers['x-oss-pub-key-url'] !== undefined;
}

/** With or without a secret at its end. */
function isCallbackPath(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return path === callbackPath || path.startsWith(`${callbackPath}/`);
}

/** The path alone: a query may hold a signature. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
