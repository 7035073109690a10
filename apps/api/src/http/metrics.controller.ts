import { metricsContentType, printMetrics } from '#runtime';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';

@ApiTags('operation')
@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('content-type', metricsContentType)
  @ApiOperation({
    summary: 'Metrics of this process for Prometheus',
    description: 'In the text format of Prometheus. Do not let the world read them: they need no key.',
  })
  @ApiOkResponse({
    description: 'The metrics',
    content: {
      'text/plain': { schema: { type: 'string' }, example: '# TYPE landfall_callbacks_total counter' },
    },
  })
  getMetrics(): Promise<string> {
    return printMetrics();
  }
}
