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

/** A stream without a token ends too, and its reader resumes: no connection lasts for ever. */
const streamMaxMs = 12 * 3_600_000;
/** The shortest time after which a reader tries again that was sent back; up to twice as long. */
const comeBackMs = 2_000;

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
   * Opens a stream, or where that cannot be just now sends an EventSource back for a while: at any
   * status but 200 it would give up for ever.
   * @param grant what the reader's token grants; null for everything
   * @throws LandfallError database.unavailable, live.streams_full, event.cursor_unknown,
   * event.cursor_expired
   */
  async open(query: StreamQuery, grant: TokenGrant | null, reply: FastifyReply): Promise<void> {
    try {
      const wish = await this.prepare(query, grant);
      // Others may have come meanwhile.
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

  /** The uploads that the stream is about, and those that stand for them by now. */
  private async pinsOf(uploadId: string | undefined, grant: TokenGrant | null): Promise<StreamPins[]> {
    const pins: StreamPins[] = grant ? [withOwnIds(grant.pins)] : [];
    if (uploadId !== undefined) pins.push({ uploadIds: [uploadId], ticketIds: [], vars: null });
    for (const { uploadIds } of pins) uploadIds.push(...(await findMergedInto(this.source, uploadIds)));
    return pins;
  }
}

const withOwnIds = (pins: UploadPins): StreamPins => ({ ...pins, uploadIds: [...pins.uploadIds] });

/** From here on the response is ours, with the headers that it has got so far. */
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
