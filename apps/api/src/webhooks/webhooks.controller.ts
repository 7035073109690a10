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
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../contract/annotations.js';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { Idempotent } from '../http/idempotent.js';
import { JsonBody, OptionalJsonBody } from '../http/json-body.js';
import { createSchema, listQuery, rotateSchema, updateSchema, uuid } from './webhook-request.js';

const pageSchema = z
  .object({ items: z.array(webhookViewSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'WebhookPage', description: 'One page of a list of webhooks.' });

/** Creates, lists, changes and deletes webhooks, and rotates their secrets. */
@ApiTags('webhooks')
@Controller('v1/webhooks')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Post()
  @ApiOperation({
    summary: 'Create a webhook',
    description:
      'Events from now on are sent to its URL according to Standard Webhooks. The secret is returned only here and when it is rotated.',
  })
  @ApiBody({ schema: documentSchema(createSchema, 'input') })
  @ApiCreatedResponse({
    description: 'The webhook, with its secret',
    schema: documentSchema(webhookWithSecretSchema),
  })
  @Idempotent()
  @Problems('webhook.url_forbidden', 'webhook.limit_reached')
  async createWebhook(
    @JsonBody(createSchema) { signature, secret, ...wishes }: z.output<typeof createSchema>,
  ): Promise<WebhookWithSecret> {
    return viewWithSecret(await this.webhooks.create(wishes, { kind: signature, secret }), new Date());
  }

  @Get()
  @ApiOperation({ summary: 'List webhooks', description: 'Newest first.' })
  @ApiOkResponse({ description: 'One page', schema: documentSchema(pageSchema) })
  async listWebhooks(
    @Query({ schema: listQuery }) { limit, cursor }: z.output<typeof listQuery>,
  ): Promise<z.output<typeof pageSchema>> {
    const { items, nextCursor } = await this.webhooks.list(limit, cursor);
    const now = new Date();
    return { items: items.map((webhook) => viewWebhook(webhook, now)), nextCursor };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a webhook',
    description: 'Includes its health: failingSince, pausedUntil and disabledReason.',
  })
  @ApiOkResponse({ description: 'The webhook', schema: documentSchema(webhookViewSchema) })
  @Problems('webhook.not_found')
  async getWebhook(@Param('id', { schema: uuid }) id: string): Promise<WebhookView> {
    return viewWebhook(await this.webhooks.get(id), new Date());
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a webhook',
    description:
      'Omitted fields stay. A new URL, or enabling it, ends its pause: due deliveries are sent at once.',
  })
  @ApiBody({ schema: documentSchema(updateSchema, 'input') })
  @ApiOkResponse({ description: 'The webhook', schema: documentSchema(webhookViewSchema) })
  @Problems('webhook.not_found', 'webhook.url_forbidden')
  async updateWebhook(
    @Param('id', { schema: uuid }) id: string,
    @JsonBody(updateSchema) wishes: z.output<typeof updateSchema>,
  ): Promise<WebhookView> {
    return viewWebhook(await this.webhooks.update(id, wishes), new Date());
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a webhook',
    description: 'Its deliveries are deleted too. A delivery in progress may still arrive.',
  })
  @ApiNoContentResponse({ description: 'The webhook is deleted' })
  @Problems('webhook.not_found')
  async deleteWebhook(@Param('id', { schema: uuid }) id: string): Promise<void> {
    await this.webhooks.delete(id);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Rotate the secret of a webhook',
    description: 'It signs with a new secret; the previous ones also sign for keepS seconds.',
  })
  @ApiBody({ required: false, schema: documentSchema(rotateSchema, 'input') })
  @ApiOkResponse({
    description: 'The webhook, with its new secret',
    schema: documentSchema(webhookWithSecretSchema),
  })
  @Problems('webhook.not_found')
  async rotateWebhookSecret(
    @Param('id', { schema: uuid }) id: string,
    @OptionalJsonBody(rotateSchema) { signature, secret, keepS }: z.output<typeof rotateSchema>,
  ): Promise<WebhookWithSecret> {
    return viewWithSecret(await this.webhooks.rotate(id, { kind: signature, secret }, keepS), new Date());
  }
}
