import { Controller, Get, Headers, Param, Post, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../contract/annotations.js';
import { z } from 'zod';
import { documentSchema } from '../contract/named-schemas.js';
import { Problems } from '../contract/problems.js';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { Idempotent } from '../http/idempotent.js';
import { JsonBody } from '../http/json-body.js';
import { TicketIssuer } from './ticket-issuer.js';
import { type TicketRequest, ticketRequestSchema } from './ticket-request.js';
import { type IssuedTicket, issuedTicketSchema, type TicketView, ticketViewSchema } from './ticket-view.js';

const ticketId = z.uuid('must be a UUID');

@ApiTags('tickets')
@Controller('v1/tickets')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class TicketsController {
  constructor(private readonly issuer: TicketIssuer) {}

  @Post()
  @Idempotent()
  @ApiOperation({
    summary: 'Issue a ticket for one direct upload',
    description:
      'Returns a form and a presigned PUT, of which the client uses one. Both contain our callback and determine what may be uploaded and where.',
  })
  @ApiHeader({
    name: 'traceparent',
    required: false,
    description: 'your trace (W3C Trace Context), which the trace of the upload continues if tracing is on',
    schema: { type: 'string' },
  })
  @ApiBody({ schema: documentSchema(ticketRequestSchema, 'input') })
  @ApiCreatedResponse({
    description: 'The ticket, with its form and its presigned PUT',
    schema: documentSchema(issuedTicketSchema),
  })
  @Problems(
    'ticket.bucket_forbidden',
    'ticket.key_forbidden',
    'ticket.key_invalid',
    'ticket.pipeline_unknown',
  )
  issueTicket(
    @JsonBody(ticketRequestSchema) request: TicketRequest,
    @Headers('traceparent') traceparent?: string,
  ): Promise<IssuedTicket> {
    return this.issuer.issue(request, traceparent);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a ticket',
    description:
      'Returns whether it was used, and for which upload. The form and the URL are only returned when the ticket is issued.',
  })
  @ApiOkResponse({ description: 'The ticket as it is now', schema: documentSchema(ticketViewSchema) })
  @Problems('ticket.not_found')
  getTicket(@Param('id', { schema: ticketId }) id: string): Promise<TicketView> {
    return this.issuer.tell(id);
  }
}
