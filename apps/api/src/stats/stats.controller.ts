import { type Stats, type StatsRange, statsSchema } from '#uploads';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { KeptStats } from './kept-stats.js';
import { statsQuery } from './stats-query.js';

@ApiTags('uploads')
@Controller('v1/stats')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class StatsController {
  constructor(private readonly stats: KeptStats) {}

  @Get()
  @ApiOperation({
    summary: 'Count uploads and renditions',
    description:
      'Of the uploads that landed in a range of time: how many, and of how many bytes, by status, kind and day, and the same of what was made of them. Uploads that nobody vouches for and OSS has not confirmed are not counted.',
  })
  @ApiOkResponse({ description: 'The counts, and when they were taken', schema: documentSchema(statsSchema) })
  @Problems('stats.too_many', 'stats.busy')
  getStats(@Query({ schema: statsQuery }) range: StatsRange): Promise<Stats> {
    return this.stats.get(range);
  }
}
