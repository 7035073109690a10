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
    summary: 'Get the figures of all queues',
    description:
      'Returns the pending work of each queue and job, and how fast it is done. Also works while no worker runs: to scale workers up from zero, use `backlog`. Read from the database at most every two seconds; the management port serves the same figures without a key.',
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
      'Within five seconds, workers stop taking work from it until it is resumed, including workers that start later. Running jobs continue, and new work waits. Pausing a paused queue does not change `pausedAt`.',
  })
  @ApiOkResponse({ description: 'The paused queue', schema: documentSchema(pauseSchema) })
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
      'Workers take work from it again within five seconds. Has no effect on a queue that is not paused.',
  })
  @ApiOkResponse({ description: 'The resumed queue', schema: documentSchema(pauseSchema) })
  async resumeQueue(@Param('queue', { schema: takenNameSchema }) queue: TakenName): Promise<QueuePause> {
    await resumeQueue(this.source, queue);
    this.figures.forget();
    return { queue, pausedAt: null };
  }

  @Get('workers')
  @ApiOperation({
    summary: 'List workers',
    description:
      'Lists the workers that reported in the last 15 seconds, with their queues and running jobs. Workers report every five seconds.',
  })
  @ApiOkResponse({ description: 'The workers', schema: documentSchema(workersSchema) })
  listWorkers(): Promise<Workers> {
    return readWorkers(this.source);
  }
}
