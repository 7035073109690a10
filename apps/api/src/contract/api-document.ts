import { type ErrorCode, problemOf } from '#runtime';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { loadSwagger } from './annotations.js';
import { documentHead } from './document-head.js';
import { documentSchema, namedSchemas } from './named-schemas.js';
import { documentWebhooks } from './webhook-requests.js';
import { problemResponses, problemSchema, readContract } from './problems.js';

/** The controller method that implements an operation. */
interface Handler {
  controller: Type;
  method: object;
}
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Creates the OpenAPI 3.1 document of the API. Operation ids are the names of the controller methods;
 * security and problems come from `SecuredBy` and `Problems`.
 */
export async function createApiDocument(app: NestFastifyApplication): Promise<OpenAPIObject> {
  const { SwaggerModule } = await loadSwagger();
  const document = SwaggerModule.createDocument(app, documentHead, {
    autoTagControllers: false,
    operationIdFactory: (_controller, method) => method,
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? { schema: documentSchema(schema, schemaType) } : undefined,
  });
  const handlers = handlersOf(app);
  const codes = new Set<ErrorCode>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of methods.flatMap((method) => item[method] ?? []))
      for (const code of complete(operation, path, handlers)) codes.add(code);
  }
  documentSchema(problemSchema);
  const webhooks = documentWebhooks();
  const known = [...codes].toSorted();
  // Answered where no operation matches.
  const elsewhere: ErrorCode[] = ['request.method_not_allowed', 'request.not_found'];
  return {
    ...documentHead,
    paths: Object.fromEntries(
      Object.entries(document.paths).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
    webhooks,
    components: {
      securitySchemes: documentHead.components.securitySchemes,
      schemas: withCodes(namedSchemas(), [...known, ...elsewhere].toSorted()),
      examples: Object.fromEntries(known.map((code) => [code, { summary: code, value: problemOf(code) }])),
    },
  };
}

/** Returns the route handlers of all controllers by method name. */
function handlersOf(app: INestApplicationContext): Map<string, Handler> {
  const handlers = new Map<string, Handler>();
  const modules = [...app.get(ModulesContainer).values()];
  for (const { metatype } of modules.flatMap((module) => Array.from(module.controllers.values()))) {
    if (typeof metatype !== 'function') continue;
    const controller = metatype as Type;
    for (const [name, { value }] of Object.entries(
      Object.getOwnPropertyDescriptors(controller.prototype as object),
    ))
      if (typeof value === 'function' && Reflect.hasMetadata('path', value))
        handlers.set(name, { controller, method: value as object });
  }
  return handlers;
}

/** Adds what the decorators of Nest cannot express. Returns the error codes of the operation. */
function complete(operation: Operation, path: string, handlers: Map<string, Handler>): ErrorCode[] {
  const [name = '', alias] = (operation.operationId ?? '').split(/[[\]]/);
  const handler = handlers.get(name);
  if (!handler) throw new Error(`no method of a controller has the name ${name}`);
  nameParameters(operation, path);
  operation.operationId = alias === '1' ? `${name}AtSecretUrl` : name;
  const guards = [handler.controller, handler.method].flatMap(
    (place) => (Reflect.getMetadata('__guards__', place) as object[] | undefined) ?? [],
  );
  const { problems, security } = readContract([handler.method, handler.controller, ...guards]);
  operation.security = security.map((scheme) => ({ [scheme]: [] }));
  const takesInput = (operation.parameters ?? []).length > 0 || operation.requestBody !== undefined;
  const codes: ErrorCode[] = [
    ...problems,
    ...(takesInput ? ['request.invalid' as const] : []),
    ...(operation.requestBody ? ['request.too_large' as const] : []),
    'internal.unexpected',
  ];
  operation.responses = { ...operation.responses, ...problemResponses(codes) } as Operation['responses'];
  return codes;
}

/** Declares every path variable: Nest names the wildcard `*`, and omits parameters that have no schema. */
function nameParameters(operation: Operation, path: string): void {
  const parameters = operation.parameters ?? [];
  for (const parameter of parameters)
    if ('name' in parameter && parameter.name === '*') parameter.name = 'path';
  for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
    if (!parameters.some((parameter) => 'name' in parameter && parameter.name === name))
      parameters.push({ name, in: 'path', required: true, schema: { type: 'string' } });
  }
  operation.parameters = parameters;
}

/** Makes `code` of a problem an enum, so generated clients have a type for it. */
function withCodes(
  schemas: ReturnType<typeof namedSchemas>,
  codes: readonly string[],
): Record<string, object> {
  const { Problem: { properties = {}, ...problem } = {}, ...others } = schemas;
  const ProblemCode = {
    type: 'string',
    enum: codes,
    description: 'New codes may be added. docs/errors.md describes them all.',
  };
  const fields = { ...(properties as object), code: { $ref: '#/components/schemas/ProblemCode' } };
  return { ...others, Problem: { ...problem, properties: fields }, ProblemCode };
}
