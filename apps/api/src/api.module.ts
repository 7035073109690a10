import { loadPipelines } from '#pipelines';
import type { Logger } from '#runtime';
import { ObjectStore } from '#storage';
import { UploadReader, UploadRegistry } from '#uploads';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DataSource } from '#database';
import { CallbackKeys } from './callbacks/callback-keys.js';
import { CallbackController } from './callbacks/callback.controller.js';
import { RefusedCallbacks } from './callbacks/refused-callbacks.js';
import { HealthController } from './http/health.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RenditionUrls } from './streams/rendition-urls.js';
import { StreamLinks } from './streams/stream-links.js';
import { StreamKeysController } from './streams/stream-keys.controller.js';
import { StreamsController } from './streams/streams.controller.js';
import { TicketIssuer } from './tickets/ticket-issuer.js';
import { TicketsController } from './tickets/tickets.controller.js';
import { type ApiConfig, configToken, loggerToken } from './tokens.js';
import { ReprocessDesk } from './uploads/reprocess-desk.js';
import { UploadDesk } from './uploads/upload-desk.js';
import { UploadsController } from './uploads/uploads.controller.js';

export interface ApiParts {
  config: ApiConfig;
  logger: Logger;
  source: DataSource;
  registry: UploadRegistry;
  /** Known when the api listens. */
  publicUrl: () => string;
}

/** Composes the HTTP edge. */
@Module({})
export class ApiModule {
  static register({ config, logger, source, registry, publicUrl }: ApiParts): DynamicModule {
    const store = new ObjectStore(config.oss);
    const links = new StreamLinks(config.http.API_LINK_SECRET, publicUrl);
    const pipelines = loadPipelines(config.media.PIPELINES_FILE);
    const callbackKeys = new CallbackKeys(config.callback.CALLBACK_KEY_TIMEOUT_MS, logger);
    const refusedCallbacks = new RefusedCallbacks(config, callbackKeys, logger);
    return {
      module: ApiModule,
      controllers: [
        CallbackController,
        TicketsController,
        UploadsController,
        StreamKeysController,
        StreamsController,
        HealthController,
        MetricsController,
      ],
      providers: [
        { provide: APP_FILTER, useValue: new ProblemFilter(logger, refusedCallbacks) },
        { provide: configToken, useValue: config },
        { provide: loggerToken, useValue: logger },
        { provide: DataSource, useValue: source },
        { provide: UploadRegistry, useValue: registry },
        { provide: UploadReader, useValue: new UploadReader(source) },
        { provide: TicketIssuer, useValue: new TicketIssuer(source, config, pipelines, publicUrl) },
        {
          provide: ReprocessDesk,
          useValue: new ReprocessDesk(source, pipelines, config.worker.WORKER_SWEEP_AFTER_MS),
        },
        {
          provide: UploadDesk,
          useValue: new UploadDesk(source, {
            renditionPrefix: config.oss.OSS_RENDITION_PREFIX,
            urlLifetimeMs: config.oss.OSS_URL_LIFETIME_S * 1_000,
          }),
        },
        { provide: ObjectStore, useValue: store },
        { provide: StreamLinks, useValue: links },
        { provide: RenditionUrls, useValue: new RenditionUrls(store, links) },
        { provide: CallbackKeys, useValue: callbackKeys },
        { provide: RefusedCallbacks, useValue: refusedCallbacks },
      ],
    };
  }
}
