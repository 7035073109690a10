import { IdempotencyKeys } from '#idempotency';
import { Readiness } from '#management';
import type { Pipelines } from '#pipelines';
import { QueueFigures } from '#queues';
import type { Logger } from '#runtime';
import { ObjectStore } from '#storage';
import { UploadReader, UploadRegistry } from '#uploads';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from '#database';
import {
  type ApiConfig,
  configToken,
  loggerToken,
  pipelinesTextToken,
  pipelinesToken,
  type PublicUrl,
  publicUrlToken,
} from './tokens.js';

/** Resources that the process creates before Nest starts and closes after Nest has stopped. */
export interface ApiParts {
  config: ApiConfig;
  logger: Logger;
  source: DataSource;
  registry: UploadRegistry;
  pipelines: Pipelines;
  /** The text of the file that `pipelines` were read from. */
  pipelinesText: string;
  publicUrl: PublicUrl;
  readiness: Readiness;
  figures: QueueFigures;
}

/** Provides what several features use. Global, so features need not import each other for it. */
@Module({})
export class SharedModule {
  static register(parts: ApiParts): DynamicModule {
    const { config, logger, source, registry, pipelines, publicUrl, readiness, figures, pipelinesText } =
      parts;
    const providers = [
      { provide: configToken, useValue: config },
      { provide: loggerToken, useValue: logger },
      { provide: pipelinesToken, useValue: pipelines },
      { provide: pipelinesTextToken, useValue: pipelinesText },
      { provide: publicUrlToken, useValue: publicUrl },
      { provide: DataSource, useValue: source },
      { provide: Readiness, useValue: readiness },
      { provide: QueueFigures, useValue: figures },
      { provide: UploadRegistry, useValue: registry },
      { provide: UploadReader, useValue: new UploadReader(source) },
      { provide: IdempotencyKeys, useValue: new IdempotencyKeys(source, config.http.linkSecret) },
      { provide: ObjectStore, useValue: new ObjectStore(config.oss) },
    ];
    return { module: SharedModule, global: true, providers, exports: providers };
  }

  /** Provides null for every token, for a preview, which instantiates nothing that needs them. */
  static preview(): DynamicModule {
    const providers = [
      configToken,
      loggerToken,
      pipelinesToken,
      pipelinesTextToken,
      publicUrlToken,
      DataSource,
      Readiness,
      QueueFigures,
      UploadRegistry,
      UploadReader,
      IdempotencyKeys,
      ObjectStore,
    ].map((provide) => ({ provide, useValue: null }));
    return { module: SharedModule, global: true, providers, exports: providers };
  }
}
