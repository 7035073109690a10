import { isDatabaseUnavailable } from '#database';
import { maskSecrets } from '#oss';
import { type ErrorCode, errorRowOf, httpStatusOf, LandfallError, type Logger } from '#runtime';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { pathOf } from './request-path.js';

/** A feature that logs the problems of its own requests in its own way. */
export interface ProblemReporter {
  /** Sees every problem before it is answered. Returns true for one that it has reported, which then gets no other line. */
  report(request: FastifyRequest, error: LandfallError): boolean;
}

/** Answers every error as `application/problem+json` (RFC 9457) with a stable `code`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly reporter: ProblemReporter,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = wrongMethod(thrown, request) ?? toProblem(thrown);
    const status = httpStatusOf(error.code);
    const { message } = errorRowOf(error.code);
    if (!this.reporter.report(request, error) && status >= 500)
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
          title: message,
          status,
          code: error.code,
          detail: error.detail ?? message,
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

/**
 * Anything thrown, in our codes. This is the one place where the api recognises a database that does not answer: controllers
 * and what they call let its errors pass.
 */
function toProblem(thrown: unknown): LandfallError {
  if (thrown instanceof LandfallError) return thrown;
  const code = codeByStatus[statusOf(thrown) ?? 0];
  if (code) return new LandfallError(code, undefined, { cause: thrown });
  // A connection that broke while a body was read looks like one to the database; Fastify gives it a status.
  if (statusOf(thrown) === undefined && isDatabaseUnavailable(thrown))
    return new LandfallError('database.unavailable', undefined, { cause: thrown });
  return new LandfallError('internal.unexpected', undefined, { cause: thrown });
}

/** The status that Fastify or Nest gave what they threw themselves; undefined for everything else. */
function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

const codeByStatus: Record<number, ErrorCode> = {
  400: 'request.invalid',
  404: 'request.not_found',
  405: 'request.method_not_allowed',
  413: 'request.too_large',
  415: 'request.invalid',
};
