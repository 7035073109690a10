import { Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { DatabaseGuard } from '../http/database.guard.js';
import { JsonBody } from '../http/json-body.js';
import { documentSchema } from '../http/open-api.js';
import { SchemaPipe } from '../http/schema-pipe.js';
import { TicketIssuer } from './ticket-issuer.js';
import { type TicketRequest, ticketRequestSchema } from './ticket-request.js';
import { type IssuedTicket, issuedTicketSchema, type TicketView, ticketViewSchema } from './ticket-view.js';

@ApiTags('tickets')
@ApiBearerAuth()
@Controller('v1/tickets')
@UseGuards(ApiKeyGuard, DatabaseGuard)
export class TicketsController {
  constructor(private readonly issuer: TicketIssuer) {}

  @Post()
  @ApiOperation({
    summary: 'Permission for one direct upload: a form and a presigned PUT, with our callback inside',
  })
  @ApiBody({ schema: documentSchema(ticketRequestSchema, 'input') })
  @ApiCreatedResponse({ schema: documentSchema(issuedTicketSchema) })
  issue(@JsonBody(ticketRequestSchema) request: TicketRequest): Promise<IssuedTicket> {
    return this.issuer.issue(request);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What became of a ticket' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: documentSchema(ticketViewSchema) })
  tell(@Param('id', new SchemaPipe(z.uuid('a ticket id (UUID) is wanted'))) id: string): Promise<TicketView> {
    return this.issuer.tell(id);
  }
}
