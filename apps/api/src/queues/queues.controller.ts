import {
  pauseQueue,
  pauseSchema,
  QueueFigures,
  type QueuePause,
  type Queues,
  queuesSchema,
  readWorkers,
  resumeQueue,
  type TakenName,
  takenNameSchema,
  type Workers,
  workersSchema,
} from '#queues';
import { DataSource } from '#database';
import { Controller, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '../contract/annotations.js';
import { documentSchema } from '../contract/named-schemas.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';

/** Reports queues and workers, and pauses and resumes queues. */
@ApiTags('operation')
@Controller('v1')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class QueuesController {
  constructor(
    private readonly figures: QueueFigures,
    private readonly source: DataSource,
  ) {}

  @Get('queues')
  @ApiOperation({
    summary: 'Say how much work there is, by queue and job',
    description:
      'What waits, what workers do, and how fast it goes; also when no worker runs, so that workers can be scaled from none by `backlog`. Read from the database, at most every two seconds; the management port has the same without a key.',
  })
  @ApiOkResponse({ description: 'The figures', schema: documentSchema(queuesSchema) })
  getQueues(): Promise<Queues> {
    return this.figures.get();
  }

  @Post('queues/:queue/pause')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Pause a queue',
    description:
      'Workers take nothing more from it, within five seconds and until it is resumed, also those that start later. What runs goes on; what lands waits. A queue that is paused already stays so since then.',
  })
  @ApiOkResponse({ description: 'Since when it is paused', schema: documentSchema(pauseSchema) })
  async pauseQueue(@Param('queue', { schema: takenNameSchema }) queue: TakenName): Promise<QueuePause> {
    const pausedAt = await pauseQueue(this.source, queue);
    this.figures.forget();
    return { queue, pausedAt: pausedAt.toISOString() };
  }

  @Post('queues/:queue/resume')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Resume a queue',
    description:
      'Workers take from it again, within five seconds. Of a queue that is not paused it does nothing.',
  })
  @ApiOkResponse({ description: 'That it is not paused', schema: documentSchema(pauseSchema) })
  async resumeQueue(@Param('queue', { schema: takenNameSchema }) queue: TakenName): Promise<QueuePause> {
    await resumeQueue(this.source, queue);
    this.figures.forget();
    return { queue, pausedAt: null };
  }

  @Get('workers')
  @ApiOperation({
    summary: 'List the workers',
    description:
      'Those that were heard of in the last 15 seconds, with what each takes and does. They report every five seconds.',
  })
  @ApiOkResponse({ description: 'The workers', schema: documentSchema(workersSchema) })
  listWorkers(): Promise<Workers> {
    return readWorkers(this.source);
  }
}
