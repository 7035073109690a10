import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { createApiDocument } from './contract/api-document.js';

/** Renders docs/openapi.json. Starts nothing: in Nest's preview mode no controllers or providers are instantiated. */
export async function renderApiDocument(): Promise<string> {
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.preview(), new FastifyAdapter(), {
    preview: true,
    abortOnError: false,
    logger: ['error'],
  });
  return `${JSON.stringify(await createApiDocument(app), null, 2)}\n`;
}
