import { eventSenderOf, readEventMessage, readOssEvents } from '#oss';
import { counter } from '#runtime';
import { EventRecorder } from '#uploads';
import { Controller, HttpCode, Inject, Param, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
} from '../contract/annotations.js';
import type { FastifyRequest } from 'fastify';
import { Problems } from '../contract/problems.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { UnprovenLimit } from '../limits/unproven-limit.js';
import { type ApiConfig, configToken } from '../tokens.js';
import { pushOutcomes } from './event-metrics.js';
import { bodyOf, headersOf } from './event-push.js';
import { EventGuard } from './event.guard.js';

const unprovenEvents = counter(
  'landfall_unproven_events_total',
  'Events without a ticket or a secret URL',
  'result',
);

@ApiTags('events')
@Controller('events/oss')
export class EventsController {
  private readonly unproven: UnprovenLimit;

  constructor(
    private readonly recorder: EventRecorder,
    @Inject(configToken) { callback }: ApiConfig,
  ) {
    this.unproven = new UnprovenLimit(callback.unprovenPerMinute, 'event.unproven_limited', unprovenEvents);
  }

  @Post(['', ':secret'])
  @HttpCode(204)
  @UseGuards(EventGuard, DatabaseGuard)
  @ApiOperation({
    summary: 'Receive event notifications from OSS',
    description:
      'Pushed by SMQ or EventBridge. A secret of CALLBACK_URL_SECRETS in the URL, or a ticket in the event, vouches for them; otherwise they are hints.',
  })
  @ApiConsumes('application/json', 'text/plain')
  @ApiBody({ description: 'A message of SMQ or EventBridge', schema: {} })
  @ApiNoContentResponse({ description: 'The events are recorded' })
  @Problems('event.body_malformed', 'event.invalid', 'event.unproven_limited')
  async receiveOssEvents(
    @Req() request: FastifyRequest,
    @Param('secret') secret: string | undefined,
  ): Promise<void> {
    const read = readOssEvents(readEventMessage(bodyOf(request)));
    const sender = eventSenderOf(headersOf(request)) ?? '';
    const [refusal] = await this.recorder.record(read, {
      secret,
      now: new Date(),
      takeUnproven: () => this.unproven.take(sender, false),
    });
    // The sender retries the whole push; recording its other events again has no effect.
    if (refusal) throw refusal;
    pushOutcomes.count('ok');
  }
}
