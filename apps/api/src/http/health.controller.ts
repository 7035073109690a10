import { checkDatabase, DataSource } from '#database';
import { withTimeLimit } from '#runtime';
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

const readyTimeoutMs = 3_000;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly source: DataSource) {}

  @Get('live')
  @ApiOperation({ summary: 'The process is running' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The database is reachable and migrated' })
  async ready(): Promise<{ status: 'ok' }> {
    await withTimeLimit(checkDatabase(this.source), readyTimeoutMs, 'database.unavailable', 'no response');
    return { status: 'ok' };
  }
}
