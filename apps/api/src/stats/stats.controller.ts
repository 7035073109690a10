import { DataSource } from '#database';
import {
  countFailures,
  countUploads,
  type FailureCount,
  type Failures,
  failuresSchema,
  type Stats,
  type StatsCounts,
  type StatsRange,
  statsSchema,
  viewFailures,
  viewStats,
} from '#uploads';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { KeptCounts } from './kept-counts.js';
import { statsQuery } from './stats-query.js';

@ApiTags('uploads')
@Controller('v1')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class StatsController {
  private readonly stats: KeptCounts<StatsCounts, Stats>;
  private readonly failures: KeptCounts<FailureCount[], Failures>;

  constructor(source: DataSource) {
    this.stats = new KeptCounts((part, limitMs) => countUploads(source, part, limitMs), viewStats);
    this.failures = new KeptCounts((part, limitMs) => countFailures(source, part, limitMs), viewFailures);
  }

  @Get('stats')
  @ApiOperation({
    summary: 'Count uploads and renditions',
    description:
      'Of the uploads that landed in a range of time: how many, and of how many bytes, by status, kind and day, and the same of what was made of them. Uploads that nobody vouches for and OSS has not confirmed are not counted.',
  })
  @ApiOkResponse({ description: 'The counts, and when they were taken', schema: documentSchema(statsSchema) })
  @Problems('stats.counting', 'stats.too_many', 'stats.busy')
  getStats(@Query({ schema: statsQuery }) range: StatsRange): Promise<Stats> {
    return this.stats.get(range);
  }

  @Get('failures')
  @ApiOperation({
    summary: 'Count failures by code',
    description:
      'Of the uploads that landed in a range of time: how many failed, and how many of their renditions, by the code of the error. An upload fails with the code of its first rendition that failed. GET /v1/uploads?errorCode= lists them.',
  })
  @ApiOkResponse({
    description: 'The counts, and when they were taken',
    schema: documentSchema(failuresSchema),
  })
  @Problems('stats.counting', 'stats.too_many', 'stats.busy')
  getFailures(@Query({ schema: statsQuery }) range: StatsRange): Promise<Failures> {
    return this.failures.get(range);
  }
}
