import { Module } from '@nestjs/common';
import { PipelinesController } from './pipelines.controller.js';
import { TrialsController } from './trials.controller.js';

@Module({ controllers: [PipelinesController, TrialsController] })
export class PipelinesModule {}
