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
    vars: z.record(z.string(), z.string()).describe('custom values that are vouched for'),
    title: z.string().nullable().default(null).describe('set by your backend, like tags and labels'),
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
      'An upload landed, and a ticket or the secret callback URL vouches for it, or OSS has confirmed that it has the object.',
    data: ofUpload,
  },
  'upload.processing': {
    description: 'OSS has confirmed the object version; its renditions are now planned and made.',
    data: ofUpload,
  },
  'upload.ready': {
    description:
      'Every rendition is ready, for the first time or after some were remade. Defects are in the warnings of the upload.',
    data: ofEnd,
  },
  'upload.failed': {
    description: 'The upload or one of its renditions failed; `error` contains the reason.',
    data: ofEnd,
  },
  'upload.ignored': {
    description: 'No pipeline matches the upload; its facts have been read.',
    data: ofUpload,
  },
  'upload.cancelled': {
    description:
      'A client cancelled the pending renditions; `upload.failed` or `upload.ready` follows at once.',
    data: ofUpload,
  },
  'upload.reprocessed': {
    description: 'Renditions are being remade, or a failed upload is being processed again.',
    data: ofUpload.extend({
      renditions: z.array(z.string()).describe('names of the renditions; empty if nothing was planned yet'),
    }),
  },
  'upload.updated': {
    description:
      'A later message from OSS completed the vars of the upload, or a client changed its title, tags or labels.',
    data: ofUpload,
  },
  'upload.merged': {
    description:
      'The upload turned out to be for an object version that another upload already holds. That one stands for both.',
    data: ofUpload.extend({ into: z.uuid().describe('the upload that stands for both') }),
  },
  'upload.deleted': {
    description:
      'A client deleted the upload, its object is gone from OSS, or another upload that is vouched for replaces it.',
    data: ofUpload,
  },
  'rendition.ready': {
    description: 'A rendition is ready to be served, for the first time or in a newer version.',
    data: ofRendition,
  },
  'rendition.failed': {
    description: 'A version of a rendition failed. If an older version is ready, it is still served.',
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
  id: z.uuid().describe('always the same, in pages, streams and webhooks'),
  type: z.enum(typeNames),
  uploadId: z.uuid().nullable().describe('null if the event is not about an upload'),
  timestamp: z.iso.datetime().describe('when it happened'),
  data: z.record(z.string(), z.unknown()).describe('depends on the type'),
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
    description: 'Something that happened. New types may be added: ignore those that you do not know.',
  });
