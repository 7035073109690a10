import { checkDatabase, DataSource } from '#database';
import { withTimeLimit } from '#runtime';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';

const readyTimeoutMs = 3_000;

const healthSchema = z
  .object({ status: z.literal('ok') })
  .meta({ id: 'Health', description: 'It is well.', examples: [{ status: 'ok' }] });
type Health = z.output<typeof healthSchema>;

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(private readonly source: DataSource) {}

  @Get('live')
  @ApiOperation({
    summary: 'The process is running',
    description: 'For the liveness probe: answers while the process is able to answer at all.',
  })
  @ApiOkResponse({ description: 'It is', schema: documentSchema(healthSchema) })
  getLiveness(): Health {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'The database is reachable and migrated',
    description: 'For the readiness probe: asks the database, for three seconds at most.',
  })
  @ApiOkResponse({ description: 'It is', schema: documentSchema(healthSchema) })
  @Problems('database.unavailable', 'database.not_migrated')
  async getReadiness(): Promise<Health> {
    await withTimeLimit(checkDatabase(this.source), readyTimeoutMs, 'database.unavailable', 'no response');
    return { status: 'ok' };
  }
}
