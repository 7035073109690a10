import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import type {
  EventRendition,
  EventUpload,
  LogEvent,
  StreamedEvent,
  verifyWebhook,
  WebhookEvent,
} from '../index.js';

// `npm run check` compiles this file: a type that is wrong is an error there.
test('the type of an event says what is in its data', () => {
  expectTypeOf<(LogEvent & { type: 'upload.stored' })['data']>().toEqualTypeOf<{ upload: EventUpload }>();
  const read = (event: LogEvent) => {
    if (event.type === 'upload.merged') return expectTypeOf(event.data.into).toEqualTypeOf<string>();
    if (event.type === 'upload.reprocessed')
      return expectTypeOf(event.data.renditions).toEqualTypeOf<string[]>();
    if (event.type === 'upload.ready' || event.type === 'upload.failed')
      return expectTypeOf(event.data.renditions).toEqualTypeOf<EventRendition[]>();
    if (event.type === 'webhook.disabled') {
      expectTypeOf(event.uploadId).toEqualTypeOf<null>();
      return expectTypeOf(event.data.webhook.reason).toEqualTypeOf<'gone' | 'failing'>();
    }
    expectTypeOf(event.uploadId).toEqualTypeOf<string>();
    expectTypeOf(event.data.upload).toEqualTypeOf<EventUpload>();
    // @ts-expect-error: no other event has it
    return expectTypeOf(event.data.into);
  };
  expect(read).toBeTypeOf('function');
});

test('a stream also tells of progress, which has no id', () => {
  const read = (event: StreamedEvent) => {
    if (event.type !== 'rendition.progress') return expectTypeOf(event).toExtend<LogEvent>();
    expectTypeOf(event.id).toEqualTypeOf<null>();
    return expectTypeOf(event.data.rendition.progress).toEqualTypeOf<number>();
  };
  expect(read).toBeTypeOf('function');
});

test('a webhook may be a test, and its data cut', () => {
  expectTypeOf<Awaited<ReturnType<typeof verifyWebhook>>>().toEqualTypeOf<WebhookEvent>();
  const read = (event: WebhookEvent) => {
    if (event.type === 'webhook.test') return expectTypeOf(event.data.webhook.id).toEqualTypeOf<string>();
    if (event.type !== 'rendition.ready') return undefined;
    expectTypeOf(event.data.upload.objectKey).toEqualTypeOf<string>();
    // @ts-expect-error: a truncated event has none
    expectTypeOf(event.data.rendition);
    if ('truncated' in event.data) return expectTypeOf(event.data.truncated).toEqualTypeOf<true>();
    return expectTypeOf(event.data.rendition).toEqualTypeOf<EventRendition>();
  };
  expect(read).toBeTypeOf('function');
});

test('every type of event is one of the union, by the discriminator of the contract', () => {
  const { components } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
    components: {
      schemas: {
        Event: { discriminator: { propertyName: string; mapping: Record<string, string> }; oneOf: object[] };
        EventType: { enum: string[] };
      };
    };
  };
  const { discriminator, oneOf } = components.schemas.Event;
  expect(discriminator.propertyName).toBe('type');
  expect(Object.keys(discriminator.mapping)).toEqual(components.schemas.EventType.enum);
  expect(Object.values(discriminator.mapping).map(($ref) => ({ $ref }))).toEqual(oneOf);
});
