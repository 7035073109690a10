import { z } from 'zod';

const errorSchema = z
  .object({ code: z.string(), message: z.string() })
  .nullable()
  .describe('why it failed; the codes are in docs/errors.md');

/** Snapshot of an upload in an event: its identity and state. */
const uploadSchema = z
  .object({
    id: z.uuid(),
    bucket: z.string(),
    objectKey: z.string(),
    etag: z.string().nullable(),
    sizeBytes: z.number().nullable(),
    mimeType: z.string().nullable(),
    kind: z.string().nullable().describe('image, video, audio, document or other; null until it is known'),
    status: z.string().describe('the status after the event'),
    vars: z.record(z.string(), z.string()).describe('custom values that somebody vouches for'),
    title: z
      .string()
      .nullable()
      .default(null)
      .describe('what your backend says of it; so are tags and labels'),
    tags: z.array(z.string()).default([]),
    labels: z.record(z.string(), z.string()).default({}),
    ticketId: z.uuid().nullable().describe('the ticket that it was made with'),
    pipeline: z.string().nullable(),
    error: errorSchema,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'EventUpload', description: 'The upload as it was after the event.' });

/** Snapshot of a rendition in an event. Without a URL, because signed URLs are secret and expire. */
const renditionSchema = z
  .object({
    name: z.string(),
    kind: z.string(),
    status: z.string(),
    mimeType: z.string().nullable(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    sizeBytes: z.number().nullable(),
    durationMs: z.number().nullable(),
    objectKey: z.string().nullable(),
    error: errorSchema,
  })
  .meta({ id: 'EventRendition', description: 'The rendition as it was after the event.' });

const ofUpload = z.object({ upload: uploadSchema });
const ofEnd = ofUpload.extend({ renditions: z.array(renditionSchema) });
const ofRendition = ofUpload.extend({ rendition: renditionSchema });

interface EventDeclaration {
  /** When the event is recorded. */
  readonly description: string;
  readonly data: z.ZodObject;
}

/** Every type of event. `docs/event-log.md` is generated from this table. */
export const eventTypes = {
  'upload.stored': {
    description:
      'An upload landed: its callback came, and a ticket or the secret callback URL vouches for it, or OSS has confirmed that it has the object.',
    data: ofUpload,
  },
  'upload.processing': {
    description: 'OSS has confirmed the object version; its renditions are planned and made from here on.',
    data: ofUpload,
  },
  'upload.ready': {
    description:
      'Every rendition is ready: for the first time, or again after some were made again. What is not as it should be is in the warnings of the upload.',
    data: ofEnd,
  },
  'upload.failed': {
    description: 'The upload, or one of its renditions, failed with a reason.',
    data: ofEnd,
  },
  'upload.ignored': { description: 'No pipeline wants the upload; its facts are known.', data: ofUpload },
  'upload.cancelled': {
    description:
      'A client cancelled what was still to be made; `upload.failed` or `upload.ready` follows at once.',
    data: ofUpload,
  },
  'upload.reprocessed': {
    description: 'Renditions are made again, or an upload that failed is processed again.',
    data: ofUpload.extend({
      renditions: z.array(z.string()).describe('names of the renditions; empty when nothing was planned yet'),
    }),
  },
  'upload.updated': {
    description:
      'What the upload says of itself changed: a later message of OSS completed its vars, or a client changed what it keeps with it.',
    data: ofUpload,
  },
  'upload.merged': {
    description:
      'The upload turned out to be one of an object version that another upload holds already. That one stands for both.',
    data: ofUpload.extend({ into: z.uuid().describe('the upload that stands for both') }),
  },
  'upload.deleted': {
    description:
      'A client deleted the upload, its object is gone from OSS, or another upload that somebody vouches for replaces it.',
    data: ofUpload,
  },
  'rendition.ready': {
    description: 'A rendition is served: for the first time, or a newer version of it.',
    data: ofRendition,
  },
  'rendition.failed': {
    description: 'A version of a rendition failed. An older one that is ready is served on.',
    data: ofRendition,
  },
  'webhook.disabled': {
    description:
      'A webhook was disabled because it answered 410, or failed for too long. Events from then on are not sent to it.',
    data: z.object({
      webhook: z.object({
        id: z.uuid(),
        description: z.string(),
        reason: z.enum(['gone', 'failing']),
        failingSince: z.iso.datetime().describe('its first failure since the last success'),
      }),
    }),
  },
} as const satisfies Record<string, EventDeclaration>;

export type EventType = keyof typeof eventTypes;
/** The data to record an event with; fields with defaults are optional. */
export type EventInput<Type extends EventType> = z.input<(typeof eventTypes)[Type]['data']>;
export type UploadSnapshot = z.output<typeof uploadSchema>;
export type RenditionSnapshot = z.output<typeof renditionSchema>;

const typeNames = Object.keys(eventTypes) as [EventType, ...EventType[]];

/** The fields that all types of events share. */
export const anyEventSchema = z.object({
  id: z.uuid().describe('the same however often and in whatever way the event is read'),
  type: z.enum(typeNames),
  uploadId: z.uuid().nullable().describe('null for what is not about an upload'),
  timestamp: z.iso.datetime().describe('when it happened'),
  data: z.record(z.string(), z.unknown()).describe('as the type says'),
});

type DataOf<Type extends EventType> = (typeof eventTypes)[Type]['data'];
type UploadIdOf<Type extends EventType> = 'upload' extends keyof DataOf<Type>['shape']
  ? z.ZodUUID
  : z.ZodNull;

/** Creates the schema of one type of event. */
function eventOf<Type extends EventType>(type: Type) {
  const { description, data }: EventDeclaration = eventTypes[type];
  const words = type.split('.').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return anyEventSchema
    .extend({
      type: z.literal(type),
      uploadId: ('upload' in data.shape ? z.uuid() : z.null()) as UploadIdOf<Type>,
      data: data as DataOf<Type>,
    })
    .meta({ id: `${words.join('')}Event`, description });
}
type OneEventSchema = { [Type in EventType]: ReturnType<typeof eventOf<Type>> }[EventType];

/** An event as readers get it from the feed, a stream or a webhook: a union discriminated by `type`. */
export const eventSchema = z
  .discriminatedUnion('type', typeNames.map(eventOf) as [OneEventSchema, ...OneEventSchema[]])
  .meta({
    id: 'Event',
    description: 'What happened. Types may be added: ignore those that you do not know.',
  });
