import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ApiResponseSchemaHost, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

type OpenApiSchema = Extract<ApiResponseSchemaHost['schema'], { type?: unknown }>;

/** Converts a zod schema to OpenAPI, so that the document cannot deviate from the code. */
export function documentSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): OpenApiSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'openapi-3.0' }) as OpenApiSchema;
}

/** Serves the OpenAPI document at /docs-json and its page at /docs. */
export function serveOpenApi(app: NestFastifyApplication, version: string): void {
  const settings = new DocumentBuilder()
    .setTitle('Landfall')
    .setDescription(
      'Uploads to Alibaba Cloud OSS and their renditions. Errors are application/problem+json with a stable code.',
    )
    .setVersion(version)
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, settings));
}
