import { Module } from '@nestjs/common';
import { StatsController } from './stats.controller.js';

/** Counts uploads and renditions, and what of them failed. */
@Module({ controllers: [StatsController] })
export class StatsModule {}
