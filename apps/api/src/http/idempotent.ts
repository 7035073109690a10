import { IdempotencyKeys } from '#idempotency';
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '../contract/annotations.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problems } from '../contract/problems.js';
import { lastValueFrom, type Observable, of } from 'rxjs';

/** Runs a request with an `Idempotency-Key` header once and replays its response on repeats. */
@Injectable()
class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const { method, url, headers, body } = http.getRequest<FastifyRequest>();
    const key = headers['idempotency-key'];
    if (key === undefined) return next.handle();
    const request = {
      client: headers.authorization ?? '',
      key: [key].flat().join(),
      method,
      url,
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    };
    const { answer, isRepeated } = await this.keys.once(request, () => lastValueFrom(next.handle()));
    if (isRepeated) http.getResponse<FastifyReply>().header('idempotency-replayed', 'true');
    return of(answer);
  }
}

/**
 * Makes a creating route idempotent by `Idempotency-Key`. For routes with JSON responses and constant
 * headers. The response is stored encrypted for 24 hours.
 * Errors: idempotency.key_invalid, idempotency.key_in_use, idempotency.key_reused
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    Problems('idempotency.key_invalid', 'idempotency.key_in_use', 'idempotency.key_reused'),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'a value that you choose, such as a UUID: within 24 hours, repeating the request with the same key has no further effect and returns the same response',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
  );
}
