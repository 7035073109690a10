import { gauge, LandfallError } from '#runtime';
import type { EventStream } from './event-stream.js';
import type { LiveEvent } from './live-event.js';
import { liveRefusals } from './live-metrics.js';

/** The open event streams of this process, with a limit on their number and a shared heartbeat. */
export class OpenStreams {
  private readonly streams = new Set<EventStream>();
  private readonly beating: NodeJS.Timeout;
  private isClosed = false;

  constructor(
    private readonly max: number,
    heartbeatMs: number,
  ) {
    gauge('landfall_event_streams', 'Open event streams', () => this.streams.size);
    this.beating = setInterval(() => this.beat(), heartbeatMs).unref();
  }

  /** Opens a stream and keeps it until it ends. */
  keep(stream: EventStream): void {
    this.streams.add(stream);
    stream.open(() => this.streams.delete(stream));
  }

  /** Checks that another stream may be opened. @throws LandfallError live.streams_full */
  refuseMore(): void {
    if (this.streams.size < this.max && !this.isClosed) return;
    liveRefusals.count('live.streams_full');
    throw new LandfallError('live.streams_full');
  }

  /** Whether any stream includes progress events. */
  get wantProgress(): boolean {
    for (const stream of this.streams) if (stream.wantsProgress) return true;
    return false;
  }

  /** Sends events that are not in the log to the streams that want them. */
  offer(events: readonly LiveEvent[]): void {
    for (const stream of this.streams) for (const event of events) stream.offer(event);
  }

  /** Ends all streams and refuses new ones; otherwise the server could not close. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.beating);
    for (const stream of this.streams) stream.end('shutdown');
  }

  private beat(): void {
    for (const stream of this.streams) stream.beat();
  }
}
