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
      'Counts the uploads that landed in a time range, and their renditions: number and bytes, by status, kind and day. Uploads that are neither vouched for nor confirmed by OSS are not counted.',
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
      'Counts the failed uploads and renditions among the uploads that landed in a time range, by error code. An upload fails with the code of its first failed rendition. GET /v1/uploads?errorCode= lists them.',
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
