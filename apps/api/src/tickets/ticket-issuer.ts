import type { Pipelines } from '#pipelines';
import { LandfallError, newId } from '#runtime';
import { clientTraceOf } from '#tracing';
import {
  findTicketUpload,
  insertTicket,
  readTicket,
  signTicketNonce,
  type Ticket,
  ticketVar,
} from '#uploads';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from '#database';
import { type ApiConfig, configToken, pipelinesToken, type PublicUrl, publicUrlToken } from '../tokens.js';
import { encodeCallback } from './ticket-callback.js';
import { expandKey, refuseForeignKey } from './ticket-key.js';
import type { TicketRequest } from './ticket-request.js';
import { signForm, signPut } from './ticket-uploads.js';
import { type IssuedTicket, type TicketView, viewTicket } from './ticket-view.js';

/** Issues tickets for direct uploads and reports their state. */
@Injectable()
export class TicketIssuer {
  constructor(
    private readonly source: DataSource,
    @Inject(configToken) private readonly config: ApiConfig,
    @Inject(pipelinesToken) private readonly pipelines: Pipelines,
    @Inject(publicUrlToken) private readonly publicUrl: PublicUrl,
  ) {}

  /**
   * Stores the ticket and signs what the client needs.
   * @param traceparent header of the client, whose trace the upload continues
   * @throws LandfallError request.invalid, ticket.bucket_forbidden, ticket.key_invalid,
   * ticket.key_forbidden, ticket.pipeline_unknown
   */
  async issue(request: TicketRequest, traceparent?: string): Promise<IssuedTicket> {
    const { callback: callbacks, oss, tickets } = this.config;
    // Policies, nonces and signed URLs use whole seconds.
    const now = new Date(Math.floor(Date.now() / 1_000) * 1_000);
    const ticket = this.plan(request, now);
    const clientTrace = clientTraceOf(traceparent);
    const nonce = signTicketNonce({ ...ticket, ticketId: ticket.id, clientTrace }, tickets.secrets[0]);
    const variables = Object.fromEntries(
      Object.entries({ ...ticket.vars, [ticketVar]: nonce }).map(([name, value]) => [`x:${name}`, value]),
    );
    const callback = encodeCallback(callbacks.publicUrl ?? this.publicUrl(), variables);
    const permission = { ticket, callback, variables, now };
    const form = signForm(oss, permission, request.signature);
    const put = signPut(oss, permission);
    await insertTicket(this.source, ticket);
    const { id, bucket, objectKey, expiresAt } = ticket;
    return { id, bucket, objectKey, expiresAt: expiresAt.toISOString(), form, put };
  }

  /** Returns the state of a ticket. @throws LandfallError ticket.not_found */
  async tell(id: string): Promise<TicketView> {
    const ticket = await readTicket(this.source, id);
    const uploadId = await findTicketUpload(this.source, id);
    return viewTicket(ticket, uploadId, new Date());
  }

  private plan(request: TicketRequest, now: Date): Ticket {
    const { tickets } = this.config;
    const id = newId();
    const objectKey = expandKey(request.key ?? tickets.keyTemplate, {
      ticketId: id,
      fileName: request.fileName,
      now,
    });
    refuseForeignKey(objectKey, this.config);
    return {
      id,
      bucket: this.bucketOf(request),
      objectKey,
      contentTypes: typesOf(request),
      maxBytes: String(within('maxBytes', request.maxBytes, tickets.maxBytes, 'TICKET_MAX_BYTES')),
      vars: request.vars,
      pipeline: this.pipelineOf(request),
      overwrite: request.overwrite,
      expiresAt: new Date(
        now.getTime() +
          within('lifetimeS', request.lifetimeS, tickets.lifetimeS, 'TICKET_LIFETIME_S') * 1_000,
      ),
      followUpAt: followUpAt(now, tickets.followUpS),
      createdAt: now,
    };
  }

  private bucketOf({ bucket }: TicketRequest): string {
    const buckets = this.config.oss.buckets;
    const wanted = bucket ?? buckets[0] ?? '';
    if (buckets.includes(wanted)) return wanted;
    throw new LandfallError(
      'ticket.bucket_forbidden',
      `${wanted}; OSS_BUCKETS contains ${buckets.join(', ')}`,
    );
  }

  private pipelineOf({ pipeline }: TicketRequest): string | null {
    if (pipeline === undefined) return null;
    const known = this.pipelines.pipelines.map(({ name }) => name);
    if (known.includes(pipeline)) return pipeline;
    throw new LandfallError('ticket.pipeline_unknown', `${pipeline}; the pipelines are ${known.join(', ')}`);
  }
}

/** Adds up to a tenth of jitter, so tickets issued together are not followed up together. */
function followUpAt(now: Date, followUpS: number): Date | null {
  return followUpS === 0 ? null : new Date(now.getTime() + followUpS * 1_000 * (1 + Math.random() / 10));
}

function typesOf({ contentType, contentTypes }: TicketRequest): string[] | null {
  if (contentType !== undefined && contentTypes !== undefined)
    throw new LandfallError('request.invalid', 'contentType, contentTypes: send only one of them');
  if (contentType !== undefined) return [contentType];
  return contentTypes ?? null;
}

function within(name: string, asked: number | undefined, most: number, setting: string): number {
  if (asked === undefined) return most;
  if (asked <= most) return asked;
  throw new LandfallError('request.invalid', `${name}: must be at most ${most} (${setting})`);
}
