import { type DynamicModule, Module } from '@nestjs/common';
import './errors.js';
import { CallbacksModule } from './callbacks/callbacks.module.js';
import { RefusedCallbacks } from './callbacks/refused-callbacks.js';
import { EventsModule } from './events/events.module.js';
import { RefusedPushes } from './events/refused-pushes.js';
import { HttpModule } from './http/http.module.js';
import { LiveModule } from './live/live.module.js';
import { PipelinesModule } from './pipelines/pipelines.module.js';
import { QueuesModule } from './queues/queues.module.js';
import { type ApiParts, SharedModule } from './shared.module.js';
import { StatsModule } from './stats/stats.module.js';
import { StreamsModule } from './streams/streams.module.js';
import { TicketsModule } from './tickets/tickets.module.js';
import { UploadsModule } from './uploads/uploads.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

const features = () => [
  CallbacksModule,
  EventsModule,
  TicketsModule,
  UploadsModule,
  StatsModule,
  QueuesModule,
  PipelinesModule,
  StreamsModule,
  LiveModule,
  WebhooksModule,
  HttpModule.register({
    imports: [EventsModule, CallbacksModule],
    reporters: [RefusedPushes, RefusedCallbacks],
  }),
];

/** Composes the HTTP API from one module per feature, and registers the problem reporters. */
@Module({})
export class ApiModule {
  static register(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [SharedModule.register(parts), ...features()],
    };
  }

  /** Composes the same modules without resources, to read the contract of the controllers. */
  static preview(): DynamicModule {
    return { module: ApiModule, imports: [SharedModule.preview(), ...features()] };
  }
}
