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

Everything that happened to uploads, in one order. Each event is recorded in the transaction that
makes it true and gets its position in the log right after the commit, so no event ever appears
before one that a reader has read ([decision 28](decisions/0028-one-log-in-one-order.md)). Events
of one upload are in the order of its changes. The log is kept for \`EVENT_LOG_KEEP_S\`.

Workers assign positions, one worker at a time. While no worker runs, events are recorded but not
placed: the feed, streams and webhooks pause, nothing is lost, and the next worker places all
events in order.

A landing without proof is in no event until OSS has confirmed its object: otherwise anyone could
fill the log. Events contain no URLs, because URLs are secrets that expire: get them from
\`GET /v1/uploads/{id}\`.

## An event

${renderFields(anyEventSchema)}

## Types

| type | recorded when | \`data\` |
| --- | --- | --- |
${rows.join('\n')}

## upload

The upload as of the event.

${renderFields(upload)}

## rendition, and each of renditions

In \`upload.reprocessed\`, \`renditions\` are only names.

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
