import type { Ticket } from '#uploads';
import { z } from 'zod';

const headers = z.record(z.string(), z.string());

/** The answer to POST /v1/tickets. */
export const issuedTicketSchema = z.object({
  id: z.uuid(),
  bucket: z.string(),
  objectKey: z.string(),
  expiresAt: z.iso.datetime(),
  form: z
    .object({ url: z.string(), method: z.literal('POST'), fields: headers })
    .describe('multipart/form-data: all fields unchanged, then the file as field "file"'),
  put: z
    .object({ url: z.string(), method: z.literal('PUT'), headers })
    .describe('the file as the body, with exactly these headers'),
});
export type IssuedTicket = z.output<typeof issuedTicketSchema>;

const ticketStatuses = ['issued', 'used', 'expired'] as const;

/** A ticket as returned by GET /v1/tickets/{id}. */
export const ticketViewSchema = z.object({
  id: z.uuid(),
  bucket: z.string(),
  objectKey: z.string(),
  contentTypes: z.array(z.string()).nullable(),
  maxBytes: z.number(),
  vars: z.record(z.string(), z.string()),
  pipeline: z.string().nullable(),
  status: z
    .enum(ticketStatuses)
    .describe('used: an upload was made with it; expired: none was, and none can begin any more'),
  uploadId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type TicketView = z.output<typeof ticketViewSchema>;

export function viewTicket(ticket: Ticket, uploadId: string | null, now: Date): TicketView {
  const { id, bucket, objectKey, contentTypes, vars, pipeline, createdAt, expiresAt } = ticket;
  const unused = expiresAt <= now ? 'expired' : 'issued';
  return {
    id,
    bucket,
    objectKey,
    contentTypes,
    maxBytes: Number(ticket.maxBytes),
    vars,
    pipeline,
    status: uploadId === null ? unused : 'used',
    uploadId,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
