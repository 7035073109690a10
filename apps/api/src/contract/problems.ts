import 'reflect-metadata';
import { STATUS_CODES } from 'node:http';
import { type ErrorCode, httpStatusOf, type Problem } from '#runtime';
import { z } from 'zod';

/** An error response of the API, `application/problem+json` (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().describe('urn:landfall:error: followed by the code'),
    title: z.string().describe('what the code means'),
    status: z.int().describe('the HTTP status'),
    code: z.string(),
    detail: z.string().describe('what is wrong with this request and how to fix it'),
  })
  .meta({
    id: 'Problem',
    description: 'An error. Branch on `code`, which is stable; the texts are not.',
  }) satisfies z.ZodType<Problem>;

/** How a request may authenticate; document-head.ts describes each scheme. */
export type SecurityScheme =
  | 'apiKey'
  | 'browserToken'
  | 'queryToken'
  | 'streamLink'
  | 'ossSignature'
  | 'eventSignature';

const problemsKey = Symbol('problems');
const securityKey = Symbol('security');

/**
 * Documents the error codes of an operation. Applies to a method, to all methods of a controller, or
 * to everything that a guard protects. The document itself adds `request.invalid` for operations with
 * parameters or a body, `request.too_large` for those with a body, and `internal.unexpected`.
 */
export function Problems(...codes: ErrorCode[]): ClassDecorator & MethodDecorator {
  return mark(problemsKey, codes);
}

/** Documents the accepted security schemes, on a guard or on a method that checks them itself. */
export function SecuredBy(...schemes: SecurityScheme[]): ClassDecorator & MethodDecorator {
  return mark(securityKey, schemes);
}

/** Collects the metadata of `Problems` and `SecuredBy` from a method, its controller and its guards. */
export function readContract(places: readonly object[]): {
  problems: ErrorCode[];
  security: SecurityScheme[];
} {
  const read = <T>(key: symbol) =>
    places.flatMap((place) => (Reflect.getOwnMetadata(key, place) as T[] | undefined) ?? []);
  return { problems: read<ErrorCode>(problemsKey), security: read<SecurityScheme>(securityKey) };
}

function mark(key: symbol, values: readonly string[]): ClassDecorator & MethodDecorator {
  return (target: object, _name?: string | symbol, method?: PropertyDescriptor) => {
    const place = (method?.value as object | undefined) ?? target;
    const known = (Reflect.getOwnMetadata(key, place) as string[] | undefined) ?? [];
    Reflect.defineMetadata(key, [...known, ...values], place);
  };
}

/** The responses of an operation that may answer with these codes, by status. */
export function problemResponses(codes: Iterable<ErrorCode>): Record<string, object> {
  const byStatus = Map.groupBy(new Set(codes), httpStatusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [String(status), problemResponse(status, ofStatus.toSorted())]),
  );
}

function problemResponse(status: number, codes: ErrorCode[]): object {
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  const headers = headersByStatus[status];
  return {
    description: STATUS_CODES[status],
    ...(headers ? { headers } : {}),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { type: 'string', enum: codes } }, required: ['code'] },
          ],
        },
        examples,
      },
    },
  };
}

const headersByStatus: Record<number, object> = {
  409: {
    'Retry-After': {
      description: 'seconds to wait before trying again, if that can succeed',
      schema: { type: 'integer' },
    },
  },
  401: { 'WWW-Authenticate': { description: 'always `Bearer`', schema: { type: 'string' } } },
  503: { 'Retry-After': { description: 'seconds to wait before trying again', schema: { type: 'integer' } } },
};
