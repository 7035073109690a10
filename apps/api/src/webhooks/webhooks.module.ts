import { Deliveries, urlRulesOf, Webhooks } from '#webhooks';
import { Module } from '@nestjs/common';
import { DataSource } from '#database';
import { type ApiConfig, configToken } from '../tokens.js';
import { DeliveriesController } from './deliveries.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/** Manages webhooks and their deliveries. Workers send the events. */
@Module({
  controllers: [WebhooksController, DeliveriesController],
  providers: [
    {
      provide: Webhooks,
      inject: [DataSource, configToken],
      useFactory: (source: DataSource, { webhooks }: ApiConfig) => new Webhooks(source, urlRulesOf(webhooks)),
    },
    {
      provide: Deliveries,
      inject: [DataSource],
      useFactory: (source: DataSource) => new Deliveries(source),
    },
  ],
})
export class WebhooksModule {}
