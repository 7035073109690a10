import { isUtf8 } from 'node:buffer';
import { isLandfallError, LandfallError } from '#runtime';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

const maxBodyBytes = 32_768;
const jsonTypes: readonly string[] = ['application/json'];
const mergePatchTypes: readonly string[] = [...jsonTypes, 'application/merge-patch+json'];

/**
 * Parses the request body as JSON. Bodies reach the api as raw bytes, because callback signatures
 * cover them.
 */
const Json = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return parseJson(request.headers['content-type'], request.body);
});

const MaybeJson = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const { headers, body } = context.switchToHttp().getRequest<FastifyRequest>();
  const isEmpty = body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0);
  return isEmpty ? {} : parseJson(headers['content-type'], body);
});

const MergePatch = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const { headers, body } = context.switchToHttp().getRequest<FastifyRequest>();
  return parseJson(headers['content-type'], body, mergePatchTypes);
});

/**
 * Injects the JSON body, parsed with a zod schema.
 * Errors: request.invalid (not JSON, or invalid fields), request.too_large (over 32 KiB)
 */
export function JsonBody(schema: z.ZodType): ParameterDecorator {
  return Json({ schema });
}

/** Like `JsonBody`, but treats a missing body as an empty object. */
export function OptionalJsonBody(schema: z.ZodType): ParameterDecorator {
  return MaybeJson({ schema });
}

/** Like `JsonBody`, but also accepts the content type of a JSON merge patch (RFC 7396). */
export function MergePatchBody(schema: z.ZodType): ParameterDecorator {
  return MergePatch({ schema });
}

/** @throws LandfallError request.invalid, request.too_large */
function parseJson(contentType: string | undefined, body: unknown, types = jsonTypes): unknown {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === undefined || !types.includes(mediaType))
    throw new LandfallError('request.invalid', `send JSON with content-type: ${types.join(' or ')}`);
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw new LandfallError('request.invalid', 'the body is empty; send a JSON object');
  if (body.length > maxBodyBytes)
    throw new LandfallError(
      'request.too_large',
      `the body has ${body.length} bytes; the limit is ${maxBodyBytes}`,
    );
  if (!isUtf8(body)) throw new LandfallError('request.invalid', 'the body is not UTF-8');
  try {
    return JSON.parse(body.toString('utf8'), refusePrototype);
  } catch (error) {
    if (isLandfallError(error)) throw error;
    throw new LandfallError('request.invalid', 'the body is not JSON', { cause: error });
  }
}

/** Names that zod and Nest silently drop. Refused, because a token without one of its vars would cover more uploads. */
const prototypeNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function refusePrototype(name: string, value: unknown): unknown {
  if (prototypeNames.has(name)) throw new LandfallError('request.invalid', `${name} is not an allowed name`);
  return value;
}
