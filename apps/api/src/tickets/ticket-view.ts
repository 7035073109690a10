import type { Ticket } from '#uploads';
import { z } from 'zod';

const id = '019ad5f2-6c00-7c3e-9b0a-2f6d1e8a4c55';
const objectKey = 'uploads/2026/01/15/019ad5f2-6c00-7c3e-9b0a-2f6d1e8a4c55/holiday.jpg';
const expiresAt = '2026-01-15T09:30:00.000Z';
const issuedTicketExample = {
  id,
  bucket: 'examplebucket',
  objectKey,
  expiresAt,
  form: {
    url: 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/',
    method: 'POST',
    fields: { key: objectKey, policy: 'eyJleHBpcmF0aW9uIjoi…', 'x-oss-signature': '9a5f…' },
  },
  put: {
    url: `https://examplebucket.oss-cn-hangzhou.aliyuncs.com/${objectKey}?x-oss-signature=1c07…`,
    method: 'PUT',
    headers: { 'content-type': 'image/jpeg' },
  },
};
const ticketExample = {
  id,
  bucket: 'examplebucket',
  objectKey,
  contentTypes: ['image/jpeg'],
  maxBytes: 104_857_600,
  vars: { user_id: '42' },
  pipeline: null,
  status: 'used',
  uploadId: '019ad5f2-9a10-7b21-8f4e-5d0c7e3b1a66',
  createdAt: '2026-01-15T08:30:00.000Z',
  expiresAt,
};

const headers = z.record(z.string(), z.string());

/** The response of POST /v1/tickets. */
export const issuedTicketSchema = z
  .object({
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
  })
  .meta({ id: 'IssuedTicket', description: 'A ticket for one upload.', examples: [issuedTicketExample] });
export type IssuedTicket = z.output<typeof issuedTicketSchema>;

const ticketStatuses = ['issued', 'used', 'expired'] as const;

/** A ticket as returned by GET /v1/tickets/{id}. */
export const ticketViewSchema = z
  .object({
    id: z.uuid(),
    bucket: z.string(),
    objectKey: z.string(),
    contentTypes: z.array(z.string()).nullable(),
    maxBytes: z.number(),
    vars: z.record(z.string(), z.string()),
    pipeline: z.string().nullable(),
    status: z
      .enum(ticketStatuses)
      .meta({ id: 'TicketStatus' })
      .describe('issued: it can be used; used: an upload was made with it; expired: it was not used in time'),
    uploadId: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Ticket', description: 'A ticket and its current status.', examples: [ticketExample] });
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
