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

/** Converts an event of the log to its API form. Not validated again, because events were validated when recorded. */
export function viewEvent({ id, type, uploadId, createdAt, data }: LogEvent): EventView {
  return { id, type, uploadId, timestamp: createdAt.toISOString(), data } as EventView;
}

/** Type of the progress events of renditions, which streams send but the log does not store. */
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
        progress: z.number().describe('share completed, 0 to 1'),
        speed: z
          .number()
          .nullable()
          .describe('processing speed as a multiple of playback speed; null if unknown'),
      }),
    }),
  })
  .meta({
    id: 'RenditionProgressEvent',
    description: 'The progress of a rendition. It has no id: it is sent once and not stored.',
  });
export type ProgressView = z.output<typeof progressSchema>;

/** The `data` of any event in a stream. */
export const streamedEventSchema = z
  .union([eventSchema, progressSchema])
  .meta({ id: 'StreamedEvent', description: 'The data of a message in a stream.' });

/** The filterable fields of an event, and the bytes that streams send for it. */
export interface LiveEvent {
  readonly subject: EventSubject;
  readonly frame: Buffer;
}

/** An event of the log with its position. */
export interface PlacedEvent extends LiveEvent {
  readonly id: string;
  readonly position: number;
  /** The upload that replaces this one from now on; null for all types but `upload.merged`. */
  readonly mergedInto: string | null;
}

/** Prepares an event of the log for streams. Readers resume after its id. */
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

/** Encodes a server-sent event with its JSON `data` on one line. */
export function frameOf(head: string, body: object): Buffer {
  return Buffer.from(`${head}\ndata: ${JSON.stringify(body)}\n\n`);
}
