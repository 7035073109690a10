import { eventSenderOf, maskSecrets } from '#oss';
import type { LandfallError, Logger } from '#runtime';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ProblemReporter } from '../http/problem.filter.js';
import { pathOf } from '../http/request-path.js';
import { RefusalLimit } from '../limits/refusal-limit.js';
import { loggerToken } from '../tokens.js';
import { pushOutcomes } from './event-metrics.js';
import { headersOf, isEventsPath } from './event-push.js';

/** Logs refused event pushes, a few per error code and minute in full, but never a signature, a token or a body. */
@Injectable()
export class RefusedPushes implements ProblemReporter, OnModuleDestroy {
  private readonly limit: RefusalLimit;

  constructor(@Inject(loggerToken) private readonly logger: Logger) {
    this.limit = new RefusalLimit((refused) => logger.warn({ refused }, 'further event pushes refused'));
  }

  /** Counts and reports problems of pushes. Internal errors are left to the filter's own log line. */
  report(request: FastifyRequest, error: LandfallError): boolean {
    if (!isEventsPath(pathOf(request))) return false;
    pushOutcomes.count(error.code);
    if (error.code === 'internal.unexpected') return false;
    if (this.limit.take(error.code)) this.tell(request, error);
    else this.limit.count(error.code);
    return true;
  }

  onModuleDestroy(): void {
    this.limit.tellCounts();
  }

  private tell(request: FastifyRequest, { code, message, cause }: LandfallError): void {
    const headers = headersOf(request);
    this.logger.warn(
      {
        err: {
          code,
          message: maskSecrets(message).slice(0, 500),
          ...(cause instanceof Error ? { cause: maskSecrets(cause.message).slice(0, 200) } : {}),
        },
        sender: eventSenderOf(headers),
        messageId: headers['x-mns-message-id']?.slice(0, 100),
        subscription: headers['x-mns-subscription-name']?.slice(0, 100),
      },
      'event push refused',
    );
  }
}
