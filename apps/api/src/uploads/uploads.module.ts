import { Module } from '@nestjs/common';
import { StreamsModule } from '../streams/streams.module.js';
import { UploadsController } from './uploads.controller.js';

/** Answers questions about uploads, and takes requests to make them again, cancel or delete them. */
@Module({ imports: [StreamsModule], controllers: [UploadsController] })
export class UploadsModule {}
