import type { DataSource } from '#database';
import { type Logger, pause } from '#runtime';
import { findRunning, type RunningRendition } from '#uploads';
import { frameOf, type LiveEvent, progressType, type ProgressView } from './live-event.js';
import type { OpenStreams } from './open-streams.js';

const everyMs = 1_000;

/**
 * Sends the progress of running renditions to open streams, once a second while any of them wants it.
 * One query serves all streams.
 */
export class ProgressWatch {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private shown = new Map<string, number>();

  constructor(
    private readonly source: DataSource,
    private readonly streams: OpenStreams,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.watchUntilStopped(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async watchUntilStopped(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (!this.streams.wantProgress || signal.aborted) continue;
      try {
        this.streams.offer(this.changed(await findRunning(this.source)));
        failing = false;
      } catch (error) {
        if (!failing)
          this.logger.warn({ err: error }, 'cannot read the progress of renditions; trying again');
        failing = true;
      }
    }
  }

  private changed(running: readonly RunningRendition[]): LiveEvent[] {
    const changed = running.filter(({ versionId, progress }) => this.shown.get(versionId) !== progress);
    this.shown = new Map(running.map(({ versionId, progress }) => [versionId, progress]));
    return changed.map(progressEvent);
  }
}

/** Creates a progress event. It has no id, so readers resume after the event before it. */
function progressEvent({ upload, name, kind, progress, speed }: RunningRendition): LiveEvent {
  const { id: uploadId, ticketId, vars } = upload;
  const body: ProgressView = {
    type: progressType,
    uploadId,
    timestamp: new Date().toISOString(),
    data: { upload, rendition: { name, kind, progress, speed } },
  };
  return {
    subject: { type: progressType, uploadId, ticketId, vars },
    frame: frameOf(`event: ${progressType}`, body),
  };
}
