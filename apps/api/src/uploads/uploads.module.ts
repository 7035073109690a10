import { Module } from '@nestjs/common';
import { StreamsModule } from '../streams/streams.module.js';
import { UploadsController } from './uploads.controller.js';

/** Serves the uploads API: reads uploads, and reprocesses, cancels or deletes them. */
@Module({ imports: [StreamsModule], controllers: [UploadsController] })
export class UploadsModule {}
