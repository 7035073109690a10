import { DataSource, directUrlOf } from '#database';
import { EventReader } from '#events';
import type { Logger } from '#runtime';
import { type BeforeApplicationShutdown, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { type ApiConfig, configToken, loggerToken } from '../tokens.js';
import { EventFeed } from './event-feed.js';
import { EventHub } from './event-hub.js';
import type { StreamParts } from './event-stream.js';
import { LogEventsController } from './events.controller.js';
import { OpenStreams } from './open-streams.js';
import { ProgressWatch } from './progress-watch.js';
import { Slots } from './slots.js';
import { StreamOpener } from './stream-opener.js';

const streamPartsToken = Symbol('streamParts');
/** Streams that may read from the log concurrently. Low, to leave database connections for other requests. */
const readingMax = 3;

/** Serves the event log: pages, long polling and streams. */
@Module({
  imports: [AccessModule],
  controllers: [LogEventsController],
  providers: [
    {
      provide: EventReader,
      inject: [DataSource],
      useFactory: (source: DataSource) => new EventReader(source),
    },
    {
      provide: EventHub,
      inject: [EventReader, configToken, loggerToken],
      useFactory: (reader: EventReader, { database }: ApiConfig, logger: Logger) =>
        new EventHub(reader, directUrlOf(database), logger),
    },
    {
      provide: EventFeed,
      inject: [EventReader, EventHub, configToken],
      useFactory: (reader: EventReader, hub: EventHub, { live }: ApiConfig) =>
        new EventFeed(reader, hub, live.waitingMax),
    },
    {
      provide: OpenStreams,
      inject: [configToken],
      useFactory: ({ live }: ApiConfig) => new OpenStreams(live.streamsMax, live.heartbeatMs),
    },
    {
      provide: streamPartsToken,
      inject: [EventHub, EventReader, configToken, loggerToken],
      useFactory: (hub: EventHub, reader: EventReader, { live }: ApiConfig, logger: Logger): StreamParts => {
        return { hub, reader, logger, stallMs: live.stallMs, slots: new Slots(readingMax) };
      },
    },
    {
      provide: StreamOpener,
      inject: [streamPartsToken, OpenStreams, DataSource],
      useFactory: (parts: StreamParts, streams: OpenStreams, source: DataSource) =>
        new StreamOpener(parts, streams, source),
    },
    {
      provide: ProgressWatch,
      inject: [DataSource, OpenStreams, loggerToken],
      useFactory: (source: DataSource, streams: OpenStreams, logger: Logger) =>
        new ProgressWatch(source, streams, logger),
    },
  ],
})
export class LiveModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly hub: EventHub,
    private readonly feed: EventFeed,
    private readonly streams: OpenStreams,
    private readonly watch: ProgressWatch,
  ) {}

  onApplicationBootstrap(): void {
    this.watch.start();
  }

  /** Ends streams and waiting requests before the server waits for its connections to close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.streams.close();
    this.feed.close();
    await Promise.all([this.watch.stop(), this.hub.stop()]);
  }
}
