import { Module } from '@nestjs/common';
import { TicketIssuer } from './ticket-issuer.js';
import { TicketsController } from './tickets.controller.js';

/** Issues tickets for direct uploads. */
@Module({ controllers: [TicketsController], providers: [TicketIssuer] })
export class TicketsModule {}
