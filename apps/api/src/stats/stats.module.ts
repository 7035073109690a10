import { Module } from '@nestjs/common';
import { StatsController } from './stats.controller.js';

/** Counts uploads, renditions and their failures. */
@Module({ controllers: [StatsController] })
export class StatsModule {}
