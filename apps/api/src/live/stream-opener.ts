import { DataSource } from '#database';
import type { UploadPins } from '#events';
import { findMergedInto } from '#uploads';
import type { FastifyReply } from 'fastify';
import type { TokenGrant } from '../access/access-token.js';
import type { LogPlace } from './event-hub.js';
import { EventStream, type StreamParts, type StreamPins } from './event-stream.js';
import type { Cursor, StreamQuery } from './live-query.js';
import type { OpenStreams } from './open-streams.js';

/** A stream without a token ends too, and its reader resumes: no connection lasts for ever. */
const streamMaxMs = 12 * 3_600_000;

const head = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // nginx would hold events back until its buffer is full.
  'x-accel-buffering': 'no',
};

/** Opens streams: finds out where each begins and what it may see, and takes the response over. */
export class StreamOpener {
  constructor(
    private readonly parts: StreamParts,
    private readonly streams: OpenStreams,
    private readonly source: DataSource,
  ) {}

  /**
   * @param grant what the reader's token grants; null for everything
   * @throws LandfallError live.streams_full, event.cursor_unknown, event.cursor_expired
   */
  async open(
    { after, filter, uploadId }: StreamQuery,
    grant: TokenGrant | null,
    reply: FastifyReply,
  ): Promise<void> {
    this.streams.refuseMore();
    await this.parts.hub.start();
    const place = await this.placeOf(after);
    const pins = await this.pinsOf(uploadId, grant);
    // Others may have come meanwhile.
    this.streams.refuseMore();
    const endsAt = Math.min(Date.now() + streamMaxMs, grant?.expiresAt.getTime() ?? Infinity);
    reply.hijack();
    for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...head }))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(200);
    if (reply.request.method === 'HEAD') return void reply.raw.end();
    this.streams.keep(new EventStream(reply.raw, this.parts, { place, filter, pins, endsAt }));
  }

  private async placeOf(after: Cursor): Promise<LogPlace> {
    if (after === 'latest') return this.parts.hub.newest;
    if (after === 'beginning') return { position: 0, id: null };
    return { position: await this.parts.reader.positionOf(after), id: after };
  }

  /** The uploads that the stream is about, and those that stand for them by now. */
  private async pinsOf(uploadId: string | undefined, grant: TokenGrant | null): Promise<StreamPins[]> {
    const pins: StreamPins[] = grant ? [withOwnIds(grant.pins)] : [];
    if (uploadId !== undefined) pins.push({ uploadIds: [uploadId], ticketIds: [], vars: null });
    for (const { uploadIds } of pins) uploadIds.push(...(await findMergedInto(this.source, uploadIds)));
    return pins;
  }
}

const withOwnIds = (pins: UploadPins): StreamPins => ({ ...pins, uploadIds: [...pins.uploadIds] });
