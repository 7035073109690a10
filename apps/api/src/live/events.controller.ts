import { eventSchema } from '#events';
import {
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import {
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiTags,
} from '../contract/annotations.js';
import type { ApiResponseSchemaHost } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EventAccessGuard, Grant } from '../access/access.guard.js';
import type { TokenGrant } from '../access/access-token.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { ApiListQuery, documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { EventFeed, type FeedPage } from './event-feed.js';
import {
  type FeedQuery,
  feedQuery,
  lastEventId,
  logTypes,
  type StreamQuery,
  streamQuery,
  streamTypes,
} from './live-query.js';
import { streamedEventSchema } from './live-event.js';
import { StreamOpener } from './stream-opener.js';

const pageSchema = z
  .object({
    items: z.array(eventSchema),
    next: z.string().describe('`after` of the next page; may advance even if this page is empty'),
  })
  .meta({ id: 'EventPage', description: 'One page of the event log.' });

/** Injects the Last-Event-ID header, which an EventSource sends when it reconnects. */
const LastEventId = createParamDecorator(
  (_: unknown, context: ExecutionContext): unknown =>
    context.switchToHttp().getRequest<FastifyRequest>().headers['last-event-id'],
);

/** Describes `var.<name>` parameters in the OpenAPI document. */
const varsQuery = {
  name: 'vars',
  required: false,
  description: 'var.<name>=<value>, for any number of names',
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
} as const;

/** Serves the event log in pages and as a stream of server-sent events. */
@ApiTags('event log')
@Controller('v1/events')
export class LogEventsController {
  constructor(
    private readonly feed: EventFeed,
    private readonly streams: StreamOpener,
  ) {}

  @Get()
  @UseGuards(ApiKeyGuard, DatabaseGuard)
  @ApiOperation({
    summary: 'List events',
    description:
      'Lists the events after a cursor, oldest first; with `wait`, waits until there are some. Reading on after `next` returns every event once, in the order of the log. If the filter matches none of the events that a page covers, the page is empty and `next` still advances.',
  })
  @ApiListQuery('type', z.enum(logTypes))
  @ApiQuery(varsQuery)
  @Problems('event.cursor_unknown', 'event.cursor_expired', 'live.waiting_full')
  @ApiOkResponse({ description: 'One page', schema: documentSchema(pageSchema) })
  async listEvents(
    @Query({ schema: feedQuery }) query: FeedQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedPage> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return this.feed.page(query, gone.signal);
  }

  @Get('stream')
  @UseGuards(EventAccessGuard)
  @ApiOperation({
    summary: 'Follow events as server-sent events',
    description:
      'Each message has the type of the event as `event`, its id as `id` and the event as `data`. A client that reconnects with Last-Event-ID misses nothing. rendition.progress has no id: it is sent once and not stored.',
  })
  @ApiListQuery('type', z.enum(streamTypes))
  @ApiQuery(varsQuery)
  @Problems('event.cursor_unknown', 'event.cursor_expired', 'database.unavailable', 'live.streams_full')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'resumes after this event' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'The stream; contentSchema describes the data of each message',
    schema: {
      type: 'string',
      contentSchema: documentSchema(streamedEventSchema),
    } as ApiResponseSchemaHost['schema'],
  })
  async streamEvents(
    @Query({ schema: streamQuery }) query: StreamQuery,
    @LastEventId({ schema: lastEventId }) resumeAfter: string | undefined,
    @Grant() grant: TokenGrant | null,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.streams.open({ ...query, after: resumeAfter ?? query.after }, grant, reply);
  }
}
