import { Readiness } from '#management';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';

const healthSchema = z
  .object({ status: z.literal('ok') })
  .meta({ id: 'Health', description: 'The check passed.', examples: [{ status: 'ok' }] });
type Health = z.output<typeof healthSchema>;

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({
    summary: 'Check liveness',
    description: 'For liveness probes: succeeds as long as the process can respond at all.',
  })
  @ApiOkResponse({ description: 'The process is running', schema: documentSchema(healthSchema) })
  getLiveness(): Health {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Check readiness',
    description:
      'For readiness probes: succeeds if the database is reachable and migrated and the process is not shutting down. Queries the database, for at most three seconds.',
  })
  @ApiOkResponse({ description: 'The process can take requests', schema: documentSchema(healthSchema) })
  @Problems('database.unavailable', 'database.not_migrated', 'process.stopping')
  async getReadiness(): Promise<Health> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
