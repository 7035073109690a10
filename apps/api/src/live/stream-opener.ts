import { type DataSource, isDatabaseUnavailable } from '#database';
import type { UploadPins } from '#events';
import { httpStatusOf, isLandfallError, LandfallError } from '#runtime';
import { findMergedInto } from '#uploads';
import type { FastifyReply } from 'fastify';
import type { TokenGrant } from '../access/access-token.js';
import type { LogPlace } from './event-hub.js';
import { EventStream, type StreamParts, type StreamPins, type StreamWish } from './event-stream.js';
import type { Cursor, StreamQuery } from './live-query.js';
import type { OpenStreams } from './open-streams.js';

/** Maximum lifetime of a stream, also without a token; its reader reconnects and resumes. */
const streamMaxMs = 12 * 3_600_000;
/** Minimum reconnection delay of a reader that was turned away; jitter extends it up to twofold. */
const comeBackMs = 2_000;

const head = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // Otherwise nginx buffers events.
  'x-accel-buffering': 'no',
};

/** Opens event streams: resolves the start position and the visible uploads, then takes over the response. */
export class StreamOpener {
  constructor(
    private readonly parts: StreamParts,
    private readonly streams: OpenStreams,
    private readonly source: DataSource,
  ) {}

  /**
   * Opens a stream. On a temporary failure, an EventSource gets an empty 200 with a `retry` delay instead
   * of an error, because it gives up for good on any other status.
   * @param grant what the reader's token grants; null grants everything
   * @throws LandfallError database.unavailable, live.streams_full, event.cursor_unknown,
   * event.cursor_expired
   */
  async open(query: StreamQuery, grant: TokenGrant | null, reply: FastifyReply): Promise<void> {
    try {
      const wish = await this.prepare(query, grant);
      // Checked again, because other streams may have opened meanwhile.
      this.streams.refuseMore();
      takeOver(reply);
      if (reply.request.method === 'HEAD') return void reply.raw.end();
      this.streams.keep(new EventStream(reply.raw, this.parts, wish));
    } catch (error) {
      if (!isPassing(error) || !isEventSource(reply)) throw error;
      takeOver(reply);
      reply.raw.end(`retry: ${comeBackMs + Math.floor(Math.random() * comeBackMs)}\n\n`);
    }
  }

  private async prepare(
    { after, filter, uploadId }: StreamQuery,
    grant: TokenGrant | null,
  ): Promise<StreamWish> {
    if (!this.source.isInitialized) throw new LandfallError('database.unavailable');
    this.streams.refuseMore();
    await this.parts.hub.start();
    return {
      place: await this.placeOf(after),
      filter,
      pins: await this.pinsOf(uploadId, grant),
      endsAt: Math.min(Date.now() + streamMaxMs, grant?.expiresAt.getTime() ?? Infinity),
    };
  }

  private async placeOf(after: Cursor): Promise<LogPlace> {
    if (after === 'latest') return this.parts.hub.newest;
    if (after === 'beginning') return { position: 0, id: null };
    return { position: await this.parts.reader.positionOf(after), id: after };
  }

  /** Returns the uploads that the stream is restricted to, including those that they were merged into. */
  private async pinsOf(uploadId: string | undefined, grant: TokenGrant | null): Promise<StreamPins[]> {
    const pins: StreamPins[] = grant ? [withOwnIds(grant.pins)] : [];
    if (uploadId !== undefined) pins.push({ uploadIds: [uploadId], ticketIds: [], vars: null });
    for (const { uploadIds } of pins) uploadIds.push(...(await findMergedInto(this.source, uploadIds)));
    return pins;
  }
}

const withOwnIds = (pins: UploadPins): StreamPins => ({ ...pins, uploadIds: [...pins.uploadIds] });

/** Takes the response over from Fastify, keeping the headers set so far, and sends status 200. */
function takeOver(reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...head }))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200);
}

const isPassing = (error: unknown) =>
  isDatabaseUnavailable(error) || (isLandfallError(error) && httpStatusOf(error.code) === 503);

const isEventSource = ({ request }: FastifyReply) =>
  request.headers.accept?.includes('text/event-stream') ?? false;
