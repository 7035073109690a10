import { isDatabaseUnavailable } from '#database';
import { maskSecrets } from '#oss';
import { type ErrorCode, httpStatusOf, LandfallError, type Logger, problemOf } from '#runtime';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './request-path.js';
import { protectAnswer } from './response-headers.js';

/** Lets a feature log the problems of its own requests itself. */
export interface ProblemReporter {
  /** Called for every problem before the response. Returns true if it reported the problem, which prevents another log line. */
  report(request: FastifyRequest, error: LandfallError): boolean;
}

/** Answers every error as `application/problem+json` (RFC 9457) with a stable `code`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly reporters: readonly ProblemReporter[],
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = wrongMethod(thrown, request) ?? toProblem(thrown);
    const status = httpStatusOf(error.code);
    const isReported = this.reporters.some((reporter) => reporter.report(request, error));
    // Shutdown is logged already, and probes repeat every few seconds.
    if (!isReported && status >= 500 && error.code !== 'process.stopping')
      this.logger.error(
        { err: error, method: request.method, path: maskSecrets(pathOf(request)) },
        'request failed',
      );
    if (error.code === 'request.method_not_allowed')
      reply.header('allow', String(error.context['allow'] ?? ''));
    if (status === 503 || error.code === 'idempotency.key_in_use') reply.header('retry-after', '1');
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    answerProblem(reply, error);
  }
}

/**
 * Answers what Fastify's router refuses before Nest is reached: a path that cannot be decoded.
 * For Fastify's option `frameworkErrors`.
 */
export function answerUnroutable(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  answerProblem(reply, new LandfallError('request.invalid', error.message, { cause: error }));
}

function answerProblem(reply: FastifyReply, { code, detail }: LandfallError): void {
  const problem = problemOf(code, detail);
  protectAnswer(reply);
  reply
    .status(problem.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(problem));
}

/** Answers 405 instead of 404 if the path exists for other methods. */
function wrongMethod(thrown: unknown, request: FastifyRequest): LandfallError | undefined {
  if (!(thrown instanceof NotFoundException)) return undefined;
  const methods = request.server.methodsOf(pathOf(request));
  // If the path supports this method, the handler itself answered 404.
  if (methods.length === 0 || methods.includes(request.method)) return undefined;
  const allow = methods.join(', ');
  return new LandfallError('request.method_not_allowed', `${request.method}; use ${allow}`, {
    context: { allow },
  });
}

/**
 * Converts anything thrown to a LandfallError. Controllers and their callees let errors of an
 * unavailable database pass; they are recognised here.
 */
function toProblem(thrown: unknown): LandfallError {
  if (thrown instanceof LandfallError) return thrown;
  const code = codeByStatus[statusOf(thrown) ?? 0];
  if (code) return new LandfallError(code, undefined, { cause: thrown });
  // A client connection that breaks during the body resembles a database connection error, but
  // Fastify gives it a status.
  if (statusOf(thrown) === undefined && isDatabaseUnavailable(thrown))
    return new LandfallError('database.unavailable', undefined, { cause: thrown });
  return new LandfallError('internal.unexpected', undefined, { cause: thrown });
}

/** The status of errors that Fastify or Nest threw; undefined for all others. */
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
