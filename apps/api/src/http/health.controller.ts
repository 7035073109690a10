import { Readiness } from '#management';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';

const healthSchema = z
  .object({ status: z.literal('ok') })
  .meta({ id: 'Health', description: 'It is well.', examples: [{ status: 'ok' }] });
type Health = z.output<typeof healthSchema>;

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

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
    summary: 'The process may be given work',
    description:
      'For the readiness probe: the database is reachable and migrated, and the process is not shutting down. Asks the database, for three seconds at most.',
  })
  @ApiOkResponse({ description: 'It is', schema: documentSchema(healthSchema) })
  @Problems('database.unavailable', 'database.not_migrated', 'process.stopping')
  async getReadiness(): Promise<Health> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
