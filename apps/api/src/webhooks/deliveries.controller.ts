import {
  Deliveries,
  deliveryStateSchema,
  deliveryTypeSchema,
  type DeliveryView,
  deliveryViewSchema,
  replayRange,
  viewDelivery,
  Webhooks,
} from '#webhooks';
import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../contract/annotations.js';
import { z } from 'zod';
import { DataSource } from '#database';
import { ApiListQuery, documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody } from '../http/json-body.js';
import { deliveriesQuery, replaySchema, uuid } from './webhook-request.js';

const pageSchema = z
  .object({ items: z.array(deliveryViewSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'DeliveryPage', description: 'One page of a list of deliveries.' });
const replayedSchema = z
  .object({
    replayed: z.int().describe('number of events that are sent again'),
    nextCursor: z
      .string()
      .nullable()
      .describe('cursor of the next request, because each one covers 2000 events; null when all are done'),
  })
  .meta({ id: 'Replayed', description: 'The number of events that a replay sends again.' });

/** Lists, tests and replays deliveries of webhooks. */
@ApiTags('webhooks')
@Controller('v1/webhooks/:id')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class DeliveriesController {
  constructor(
    private readonly source: DataSource,
    private readonly webhooks: Webhooks,
    private readonly deliveries: Deliveries,
  ) {}

  @Post('test')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Test a webhook',
    description:
      'Sends an event of type webhook.test, through a worker like all others; get the delivery to see the response of the receiver.',
  })
  @ApiAcceptedResponse({
    description: 'The pending delivery',
    schema: documentSchema(deliveryViewSchema),
  })
  @Problems('webhook.not_found', 'webhook.not_enabled')
  async testWebhook(@Param('id', { schema: uuid }) id: string): Promise<DeliveryView> {
    return viewDelivery(await this.deliveries.test(id));
  }

  @Get('deliveries')
  @ApiOperation({
    summary: 'List deliveries',
    description: 'Lists the deliveries of one webhook, newest event first.',
  })
  @ApiOkResponse({ description: 'One page', schema: documentSchema(pageSchema) })
  @ApiListQuery('state', deliveryStateSchema)
  @ApiListQuery('type', deliveryTypeSchema)
  @Problems('webhook.not_found')
  async listDeliveries(
    @Param('id', { schema: uuid }) id: string,
    @Query({ schema: deliveriesQuery }) query: z.output<typeof deliveriesQuery>,
  ): Promise<z.output<typeof pageSchema>> {
    await this.webhooks.get(id);
    const { state, type, since, until, limit, cursor } = query;
    const page = await this.deliveries.list(id, { states: state, types: type, since, until }, limit, cursor);
    return { items: page.items.map(viewDelivery), nextCursor: page.nextCursor };
  }

  @Get('deliveries/:eventId')
  @ApiOperation({
    summary: 'Get a delivery',
    description: 'Returns the state of the delivery and its last attempt.',
  })
  @ApiOkResponse({ description: 'The delivery', schema: documentSchema(deliveryViewSchema) })
  @Problems('webhook.not_found', 'delivery.not_found')
  async getDelivery(
    @Param('id', { schema: uuid }) id: string,
    @Param('eventId', { schema: uuid }) eventId: string,
  ): Promise<DeliveryView> {
    await this.webhooks.get(id);
    return viewDelivery(await this.deliveries.get(id, eventId));
  }

  @Post('deliveries/:eventId/replay')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Replay a delivery',
    description: 'Sends the event again, with the same id and a fresh retry schedule.',
  })
  @ApiAcceptedResponse({
    description: 'The pending delivery',
    schema: documentSchema(deliveryViewSchema),
  })
  @Problems('webhook.not_found', 'delivery.not_found', 'delivery.event_gone')
  async replayDelivery(
    @Param('id', { schema: uuid }) id: string,
    @Param('eventId', { schema: uuid }) eventId: string,
  ): Promise<DeliveryView> {
    await this.webhooks.get(id);
    return viewDelivery(await this.deliveries.replay(id, eventId));
  }

  @Post('replay')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Replay deliveries',
    description:
      'Sends the events of a time range again: those that failed and, on request, those that were delivered or never sent.',
  })
  @ApiBody({ schema: documentSchema(replaySchema, 'input') })
  @ApiAcceptedResponse({
    description: 'The number of events sent again',
    schema: documentSchema(replayedSchema),
  })
  @Problems('webhook.not_found')
  async replayDeliveries(
    @Param('id', { schema: uuid }) id: string,
    @JsonBody(replaySchema) {
      since,
      until = new Date(),
      types,
      states,
      cursor,
    }: z.output<typeof replaySchema>,
  ): Promise<z.output<typeof replayedSchema>> {
    return replayRange(this.source, id, { since, until, types, states }, cursor);
  }
}
