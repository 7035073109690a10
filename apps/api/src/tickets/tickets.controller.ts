import { Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { Idempotent } from '../http/idempotent.js';
import { JsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { TicketIssuer } from './ticket-issuer.js';
import { type TicketRequest, ticketRequestSchema } from './ticket-request.js';
import { type IssuedTicket, issuedTicketSchema, type TicketView, ticketViewSchema } from './ticket-view.js';

const ticketId = z.uuid('must be a UUID');

@ApiTags('tickets')
@ApiBearerAuth()
@Controller('v1/tickets')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class TicketsController {
  constructor(private readonly issuer: TicketIssuer) {}

  @Post()
  @Idempotent()
  @ApiOperation({
    summary: 'Issue a ticket for one direct upload: a form and a presigned PUT, both with our callback',
  })
  @ApiBody({ schema: documentSchema(ticketRequestSchema, 'input') })
  @ApiCreatedResponse({ schema: documentSchema(issuedTicketSchema) })
  issue(@JsonBody(ticketRequestSchema) request: TicketRequest): Promise<IssuedTicket> {
    return this.issuer.issue(request);
  }

  @Get(':id')
  @ApiOperation({ summary: 'The state of a ticket' })
  @ApiOkResponse({ schema: documentSchema(ticketViewSchema) })
  tell(@Param('id', { schema: ticketId }) id: string): Promise<TicketView> {
    return this.issuer.tell(id);
  }
}
