import { type EventSubject, eventSchema, type LogEvent, subjectOf } from '#events';
import type { z } from 'zod';

/** An event as the API shows it. */
export type EventView = z.output<typeof eventSchema>;

export function viewEvent({ id, type, uploadId, createdAt, data }: LogEvent): EventView {
  return {
    id,
    type,
    uploadId,
    timestamp: createdAt.toISOString(),
    data: data as Record<string, unknown>,
  };
}

/** What streams tell and the log does not keep: how far a rendition is. */
export const progressType = 'rendition.progress';

/** What an event is chosen by, and the bytes that streams send of it. */
export interface LiveEvent {
  readonly subject: EventSubject;
  readonly frame: Buffer;
}

/** An event of the log with its place in it. */
export interface PlacedEvent extends LiveEvent {
  readonly id: string;
  readonly position: number;
  /** The upload that stands for this one from now on; null for all but `upload.merged`. */
  readonly mergedInto: string | null;
}

/** What a stream sends of an event of the log. Its id is where the reader resumes. */
export function placedEvent(event: LogEvent): PlacedEvent {
  const { into } = event.data as { into?: string };
  return {
    id: event.id,
    position: Number(event.position),
    subject: subjectOf(event),
    frame: frameOf(`id: ${event.id}\nevent: ${event.type}`, viewEvent(event)),
    mergedInto: event.type === 'upload.merged' ? (into ?? null) : null,
  };
}

/** An event as streams send it; `data` is all on one line. */
export function frameOf(head: string, body: object): Buffer {
  return Buffer.from(`${head}\ndata: ${JSON.stringify(body)}\n\n`);
}
