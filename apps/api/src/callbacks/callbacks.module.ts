import type { Logger } from '#runtime';
import { Module } from '@nestjs/common';
import { type ApiConfig, configToken, loggerToken } from '../tokens.js';
import { CallbackKeys } from './callback-keys.js';
import { CallbackController } from './callback.controller.js';
import { KeptRefusals } from './kept-refusals.js';
import { RefusedCallbacksController } from './refused-callbacks.controller.js';
import { RefusedCallbacks } from './refused-callbacks.js';

/** Receives the callbacks of OSS and reports refused ones. */
@Module({
  controllers: [CallbackController, RefusedCallbacksController],
  providers: [
    {
      provide: CallbackKeys,
      inject: [configToken, loggerToken],
      useFactory: ({ callback }: ApiConfig, logger: Logger) =>
        new CallbackKeys(callback.keyTimeoutMs, logger),
    },
    KeptRefusals,
    RefusedCallbacks,
  ],
  exports: [RefusedCallbacks],
})
export class CallbacksModule {}
