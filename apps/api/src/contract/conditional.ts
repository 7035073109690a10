import { applyDecorators, Header } from '@nestjs/common';
import { ApiHeader, ApiResponse } from './annotations.js';
import { Problems } from './problems.js';

/** Documents that an operation sends an ETag and answers 304 to a matching If-None-Match. Sets Cache-Control accordingly. */
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

/** Documents an operation that changes an upload only if its ETag still matches If-Match. */
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

/** The ETag header of a response with a body. */
export const tagHeader = {
  ETag: {
    description:
      'Send it as If-None-Match, or that of one upload as If-Match. It covers everything but the signatures of URLs.',
    schema: { type: 'string' as const },
  },
};
