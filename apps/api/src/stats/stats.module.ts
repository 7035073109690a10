import { Module } from '@nestjs/common';
import { KeptStats } from './kept-stats.js';
import { StatsController } from './stats.controller.js';

/** Counts uploads and renditions. */
@Module({ controllers: [StatsController], providers: [KeptStats] })
export class StatsModule {}
