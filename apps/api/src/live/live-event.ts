import {
  anyEventSchema,
  type EventSubject,
  eventSchema,
  eventTypes,
  type LogEvent,
  subjectOf,
} from '#events';
import { z } from 'zod';

/** An event as the API shows it. */
export type EventView = z.output<typeof eventSchema>;

/** The log has only what was recorded as its type says, so it is not checked again. */
export function viewEvent({ id, type, uploadId, createdAt, data }: LogEvent): EventView {
  return { id, type, uploadId, timestamp: createdAt.toISOString(), data } as EventView;
}

/** What streams tell and the log does not keep: how far a rendition is. */
export const progressType = 'rendition.progress';
const { upload } = eventTypes['rendition.ready'].data.shape;
const progressSchema = anyEventSchema
  .omit({ id: true })
  .extend({
    type: z.literal(progressType),
    uploadId: z.uuid(),
    data: z.object({
      upload,
      rendition: z.object({
        name: z.string(),
        kind: z.string(),
        progress: z.number().describe('share that is made, 0 to 1'),
        speed: z
          .number()
          .nullable()
          .describe('how many times faster than it plays it is made; null where that is not known'),
      }),
    }),
  })
  .meta({
    id: 'RenditionProgressEvent',
    description: 'How far a rendition is. It has no id: it is told once, and not kept.',
  });
export type ProgressView = z.output<typeof progressSchema>;

/** The data of what a stream tells. */
export const streamedEventSchema = z
  .union([eventSchema, progressSchema])
  .meta({ id: 'StreamedEvent', description: 'What a stream tells, as the data of a server-sent event.' });

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
