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
      description: '`ETag` of an earlier response: if nothing has changed since, the response is 304',
      schema: { type: 'string' },
    }),
    ApiResponse({
      status: 304,
      description: 'Nothing has changed since the response with this ETag',
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
        '`ETag` of GET /v1/uploads/{id}: if the upload has changed since, the request fails with 412 and has no effect. URL signatures and their expiry do not count as changes.',
      schema: { type: 'string' },
    }),
    Problems('upload.changed'),
  );
}

/** The ETag header of a response with a body. */
export const tagHeader = {
  ETag: {
    description:
      'Send it as If-None-Match or, for a single upload, as If-Match. It covers everything except the signatures of URLs.',
    schema: { type: 'string' as const },
  },
};
