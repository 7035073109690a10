import { metricsContentType, printMetrics } from '#runtime';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('content-type', metricsContentType)
  @ApiOperation({ summary: 'Metrics of this process for Prometheus' })
  metrics(): Promise<string> {
    return printMetrics();
  }
}
