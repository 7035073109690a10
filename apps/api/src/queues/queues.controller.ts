import { QueueFigures, type Queues, queuesSchema } from '#queues';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';

@ApiTags('operation')
@Controller('v1/queues')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class QueuesController {
  constructor(private readonly figures: QueueFigures) {}

  @Get()
  @ApiOperation({
    summary: 'Say how much work there is, by queue and job',
    description:
      'What waits, what workers do, and how fast it goes; also when no worker runs, so that workers can be scaled from none by `backlog`. Read from the database, at most every two seconds; the management port has the same without a key.',
  })
  @ApiOkResponse({ description: 'The figures', schema: documentSchema(queuesSchema) })
  getQueues(): Promise<Queues> {
    return this.figures.get();
  }
}
