import type { Logger } from '#runtime';
import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { loggerToken } from '../tokens.js';
import { HealthController } from './health.controller.js';
import { ProblemFilter, type ProblemReporter } from './problem.filter.js';
import { SchemaPipe } from './schema-pipe.js';

interface HttpOptions {
  /** The modules that export the reporters. */
  imports: NonNullable<ModuleMetadata['imports']>;
  /** Offered every problem in order, until one of them reports it. */
  reporters: Type<ProblemReporter>[];
}

/** What all features share: parameter parsing, problem responses and health checks. */
@Module({})
export class HttpModule {
  static register({ imports, reporters }: HttpOptions): DynamicModule {
    return {
      module: HttpModule,
      imports,
      controllers: [HealthController],
      providers: [
        { provide: APP_PIPE, useClass: SchemaPipe },
        {
          provide: APP_FILTER,
          inject: [loggerToken, ...reporters],
          useFactory: (logger: Logger, ...all: ProblemReporter[]) => new ProblemFilter(logger, all),
        },
      ],
    };
  }
}
