import { anyEventSchema, eventTypes } from '#events';
import { z } from 'zod';
import { escapeCell } from './escape-cell.js';

interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

/** `docs/event-log.md`: every event type and its data. */
export function renderEventLogPage(): string {
  const rows = Object.entries(eventTypes).map(
    ([type, { description, data }]) =>
      `| \`${type}\` | ${escapeCell(description)} | ${Object.keys(data.shape)
        .map((name) => `\`${name}\``)
        .join(', ')} |`,
  );
  const { upload } = eventTypes['upload.stored'].data.shape;
  const { rendition } = eventTypes['rendition.ready'].data.shape;
  return `# Event log

<!-- Generated from libs/events/src/event-types.ts by \`npm run landfall -- docs\`. -->

What happened to uploads, in one order. Each event is recorded in the transaction that makes it
true, and gets its place in the log right after it: nothing is ever placed before what a reader
has read ([decision 28](decisions/0028-one-log-in-one-order.md)). Of one upload, events are in the
order of its changes. The log is kept for \`EVENT_LOG_KEEP_S\`.

Workers place events, one of them at a time. While no worker runs, events are recorded and wait:
the feed, streams and webhooks stand still, nothing is lost, and a worker that starts places all of
them in their order.

A landing that nobody vouches for is in no event until OSS has confirmed its object: anyone could
fill the log with those. No event has a URL in it, because URLs are secrets that end: ask
\`GET /v1/uploads/{id}\` for them.

## An event

${renderFields(anyEventSchema)}

## Types

| type | recorded when | \`data\` |
| --- | --- | --- |
${rows.join('\n')}

## upload

The upload as it is after the event.

${renderFields(upload)}

## rendition, and each of renditions

In \`upload.reprocessed\`, \`renditions\` are names alone.

${renderFields(rendition)}
`;
}

function renderFields({ shape }: z.ZodObject): string {
  // A copy of the schema without its id, since a schema with an id is rendered as a reference.
  const { properties = {} } = z.toJSONSchema(z.object(shape)) as JsonSchema;
  const rows = Object.entries(properties).map(
    ([name, field]) => `| \`${name}\` | ${typeOf(field)} | ${escapeCell(field.description ?? '')} |`,
  );
  return `| field | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function typeOf({ type, anyOf }: JsonSchema): string {
  return type ?? anyOf?.map(typeOf).join(' or ') ?? '';
}
