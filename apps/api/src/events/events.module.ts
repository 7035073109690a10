import { DataSource } from '#database';
import type { Logger } from '#runtime';
import { EventRecorder, eventRulesOf, UploadRegistry } from '#uploads';
import { Module } from '@nestjs/common';
import { type ApiConfig, configToken, loggerToken } from '../tokens.js';
import { EventCertificates } from './event-certificates.js';
import { EventsController } from './events.controller.js';
import { RefusedPushes } from './refused-pushes.js';

/** Receives event notifications of OSS and reports refused pushes. */
@Module({
  controllers: [EventsController],
  providers: [
    {
      provide: EventCertificates,
      inject: [configToken, loggerToken],
      useFactory: ({ callback }: ApiConfig, logger: Logger) =>
        new EventCertificates(callback.keyTimeoutMs, logger),
    },
    {
      provide: EventRecorder,
      inject: [UploadRegistry, DataSource, configToken],
      useFactory: (registry: UploadRegistry, source: DataSource, config: ApiConfig) =>
        new EventRecorder(registry, source, eventRulesOf(config)),
    },
    RefusedPushes,
  ],
  exports: [RefusedPushes],
})
export class EventsModule {}
