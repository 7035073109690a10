import {
  Deliveries,
  type DeliveryView,
  deliveryViewSchema,
  replayRange,
  viewDelivery,
  Webhooks,
} from '#webhooks';
import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { DataSource } from '#database';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { deliveriesQuery, replaySchema, uuid } from './webhook-request.js';

const pageSchema = z.object({ items: z.array(deliveryViewSchema), nextCursor: z.string().nullable() });
const replayedSchema = z.object({
  replayed: z.int().describe('how many are sent again'),
  nextCursor: z
    .string()
    .nullable()
    .describe(
      'ask again with it as cursor: one answer looks at some thousands of events; null when all are done',
    ),
});

/** Shows what became of deliveries, and has them sent again. */
@ApiTags('webhooks')
@ApiBearerAuth()
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
    operationId: 'testWebhook',
    summary: 'Send an event of type webhook.test',
    description: 'A worker sends it, as all others; ask for the delivery to see what the receiver answered.',
  })
  @ApiAcceptedResponse({ schema: documentSchema(deliveryViewSchema) })
  async test(@Param('id', { schema: uuid }) id: string): Promise<DeliveryView> {
    return viewDelivery(await this.deliveries.test(id));
  }

  @Get('deliveries')
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'List the deliveries of a webhook, newest event first',
  })
  @ApiOkResponse({ schema: documentSchema(pageSchema) })
  async list(
    @Param('id', { schema: uuid }) id: string,
    @Query({ schema: deliveriesQuery }) query: z.output<typeof deliveriesQuery>,
  ): Promise<z.output<typeof pageSchema>> {
    await this.webhooks.get(id);
    const { state, type, since, until, limit, cursor } = query;
    const page = await this.deliveries.list(id, { states: state, types: type, since, until }, limit, cursor);
    return { items: page.items.map(viewDelivery), nextCursor: page.nextCursor };
  }

  @Get('deliveries/:eventId')
  @ApiOperation({ operationId: 'getDelivery', summary: 'Get the delivery of one event' })
  @ApiOkResponse({ schema: documentSchema(deliveryViewSchema) })
  async get(
    @Param('id', { schema: uuid }) id: string,
    @Param('eventId', { schema: uuid }) eventId: string,
  ): Promise<DeliveryView> {
    await this.webhooks.get(id);
    return viewDelivery(await this.deliveries.get(id, eventId));
  }

  @Post('deliveries/:eventId/replay')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'replayDelivery',
    summary: 'Send an event again, with the same id',
  })
  @ApiAcceptedResponse({ schema: documentSchema(deliveryViewSchema) })
  async replay(
    @Param('id', { schema: uuid }) id: string,
    @Param('eventId', { schema: uuid }) eventId: string,
  ): Promise<DeliveryView> {
    await this.webhooks.get(id);
    return viewDelivery(await this.deliveries.replay(id, eventId));
  }

  @Post('replay')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'replayDeliveries',
    summary: 'Send the events of a time again: those that failed, were delivered, or were never sent',
  })
  @ApiBody({ schema: documentSchema(replaySchema, 'input') })
  @ApiAcceptedResponse({ schema: documentSchema(replayedSchema) })
  async replayRange(
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
