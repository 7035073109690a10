import {
  viewWebhook,
  viewWithSecret,
  Webhooks,
  type WebhookView,
  webhookViewSchema,
  type WebhookWithSecret,
  webhookWithSecretSchema,
} from '#webhooks';
import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody, OptionalJsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { createSchema, listQuery, rotateSchema, updateSchema, uuid } from './webhook-request.js';

const pageSchema = z.object({ items: z.array(webhookViewSchema), nextCursor: z.string().nullable() });

/** Makes, changes and deletes webhooks. */
@ApiTags('webhooks')
@ApiBearerAuth()
@Controller('v1/webhooks')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Post()
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Have events sent to a URL, as Standard Webhooks describes it',
    description: 'Events from now on. The secret is shown here and by rotate, and nowhere else.',
  })
  @ApiBody({ schema: documentSchema(createSchema, 'input') })
  @ApiCreatedResponse({ schema: documentSchema(webhookWithSecretSchema) })
  async create(
    @JsonBody(createSchema) { signature, secret, ...wishes }: z.output<typeof createSchema>,
  ): Promise<WebhookWithSecret> {
    return viewWithSecret(await this.webhooks.create(wishes, { kind: signature, secret }), new Date());
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List webhooks, newest first' })
  @ApiOkResponse({ schema: documentSchema(pageSchema) })
  async list(
    @Query({ schema: listQuery }) { limit, cursor }: z.output<typeof listQuery>,
  ): Promise<z.output<typeof pageSchema>> {
    const { items, nextCursor } = await this.webhooks.list(limit, cursor);
    const now = new Date();
    return { items: items.map((webhook) => viewWebhook(webhook, now)), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'Get one webhook, and whether it is well' })
  @ApiOkResponse({ schema: documentSchema(webhookViewSchema) })
  async get(@Param('id', { schema: uuid }) id: string): Promise<WebhookView> {
    return viewWebhook(await this.webhooks.get(id), new Date());
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateWebhook',
    summary: 'Change a webhook, disable it or enable it again',
  })
  @ApiBody({ schema: documentSchema(updateSchema, 'input') })
  @ApiOkResponse({ schema: documentSchema(webhookViewSchema) })
  async update(
    @Param('id', { schema: uuid }) id: string,
    @JsonBody(updateSchema) wishes: z.output<typeof updateSchema>,
  ): Promise<WebhookView> {
    return viewWebhook(await this.webhooks.update(id, wishes), new Date());
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook and its deliveries',
    description: 'A delivery that is under way may still arrive.',
  })
  @ApiNoContentResponse({ description: 'deleted' })
  async delete(@Param('id', { schema: uuid }) id: string): Promise<void> {
    await this.webhooks.delete(id);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Sign with a new secret; those of before sign too for a day',
  })
  @ApiBody({ required: false, schema: documentSchema(rotateSchema, 'input') })
  @ApiOkResponse({ schema: documentSchema(webhookWithSecretSchema) })
  async rotate(
    @Param('id', { schema: uuid }) id: string,
    @OptionalJsonBody(rotateSchema) { signature, secret, keepS }: z.output<typeof rotateSchema>,
  ): Promise<WebhookWithSecret> {
    return viewWithSecret(await this.webhooks.rotate(id, { kind: signature, secret }, keepS), new Date());
  }
}
