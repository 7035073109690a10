import type { IssuedTicket, Ticket, TicketRequest } from '../generated/types.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { operations } from '../operations.js';

/** Tickets, each of which permits one direct upload. */
export class Tickets {
  constructor(private readonly transport: Transport) {}

  /** Issues a ticket; pass it to the client unchanged. */
  issue(request: TicketRequest = {}, options?: CallOptions): Promise<IssuedTicket> {
    return this.transport.call(operations.issueTicket, { body: request }, options);
  }

  get(id: string, options?: CallOptions): Promise<Ticket> {
    return this.transport.call(operations.getTicket, { path: { id } }, options);
  }
}
