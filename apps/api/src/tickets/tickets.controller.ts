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
      'A form and a presigned PUT, of which the client uses one. Both have our callback inside, and say what may be uploaded where.',
  })
  @ApiHeader({
    name: 'traceparent',
    required: false,
    description: 'your trace (W3C Trace Context), which that of the upload continues where traces are on',
    schema: { type: 'string' },
  })
  @ApiBody({ schema: documentSchema(ticketRequestSchema, 'input') })
  @ApiCreatedResponse({
    description: 'The ticket, with what the client needs',
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
      'Whether it was used, and by which upload. The form and the URL are in the answer to its issue alone.',
  })
  @ApiOkResponse({ description: 'The ticket as it is now', schema: documentSchema(ticketViewSchema) })
  @Problems('ticket.not_found')
  getTicket(@Param('id', { schema: ticketId }) id: string): Promise<TicketView> {
    return this.issuer.tell(id);
  }
}
