import { applyDecorators, Header } from '@nestjs/common';
import { ApiHeader, ApiResponse } from './annotations.js';

/** Documents that an operation answers with an entity tag, and 304 to whoever holds it already. */
export function Conditional(): MethodDecorator {
  return applyDecorators(
    Header('cache-control', 'private, no-cache'),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: '`ETag` of an earlier answer: if nothing has changed since, the answer is 304',
      schema: { type: 'string' },
    }),
    ApiResponse({
      status: 304,
      description: 'Nothing has changed since the answer with this ETag',
      headers: tagHeader,
    }),
  );
}

/** For the response with the body. */
export const tagHeader = {
  ETag: {
    description: 'Send it as If-None-Match. It covers everything but the signatures of URLs.',
    schema: { type: 'string' as const },
  },
};
