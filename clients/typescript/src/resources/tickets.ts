import type { IssuedTicket, Ticket, TicketRequest } from '../generated/types.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { operations } from '../operations.js';

/** Permissions for one direct upload each. */
export class Tickets {
  constructor(private readonly transport: Transport) {}

  /** Issues a ticket; hand it to the client as it is. */
  issue(request: TicketRequest = {}, options?: CallOptions): Promise<IssuedTicket> {
    return this.transport.call(operations.issueTicket, { body: request }, options);
  }

  get(id: string, options?: CallOptions): Promise<Ticket> {
    return this.transport.call(operations.getTicket, { path: { id } }, options);
  }
}
