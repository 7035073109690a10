import { applyDecorators, Header } from '@nestjs/common';
import { ApiHeader, ApiResponse } from './annotations.js';
import { Problems } from './problems.js';

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

/** Documents that a change of an upload may be asked for on condition that it is as the client read it. */
export function ChangesIfMatch(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description:
        '`ETag` of GET /v1/uploads/{id}: if the upload has changed since, nothing is done and the answer is 412. Compared without its signatures and their lifetime.',
      schema: { type: 'string' },
    }),
    Problems('upload.changed'),
  );
}

/** For the response with the body. */
export const tagHeader = {
  ETag: {
    description:
      'Send it as If-None-Match, or that of one upload as If-Match. It covers everything but the signatures of URLs.',
    schema: { type: 'string' as const },
  },
};
