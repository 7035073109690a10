import { type EventFilter, type EventType, eventTypes } from '#events';
import { varsOf, withVars } from '#uploads';
import { z } from 'zod';
import { progressType } from './live-event.js';

/** Event types of the log, and those of streams, which add progress. */
export const logTypes = Object.keys(eventTypes) as [EventType, ...EventType[]];
export const streamTypes = [...logTypes, progressType] as const;

/** Accepts comma-separated types, repeated parameters, or both. */
const listOf = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z
    .union([z.string(), z.array(z.string())], 'must be event types')
    .transform((given) => [given].flat().flatMap((text) => text.split(',')))
    .pipe(z.array(z.enum(words)).max(words.length))
    .optional()
    .describe('event types, separated by commas; defaults to all');

/** Where reading starts: after an event, or at either end of the log. */
const cursor = z.union(
  [z.uuid().toLowerCase(), z.literal('latest'), z.literal('beginning')],
  'must be the id of an event, latest or beginning',
);
export type Cursor = z.output<typeof cursor>;

const uploadId = z.uuid('must be a UUID').toLowerCase().optional().describe('events of this upload');
const count = (fallback: number, min: number, max: number) =>
  z.coerce.number(`must be an integer from ${min} to ${max}`).int().min(min).max(max).default(fallback);

/** The query of GET /v1/events. `var.<name>=<value>` may be given for several names. */
export const feedQuery = withVars({
  after: cursor
    .default('beginning')
    .describe('`next` of the previous page; the id of an event; latest for new events only; or beginning'),
  type: listOf(logTypes),
  uploadId,
  limit: count(50, 1, 200).describe('maximum number of events'),
  wait: count(0, 0, 30).describe('seconds to wait if there are no events yet'),
}).transform(({ after, type, uploadId: id, limit, wait, ...rest }, context) => {
  const filter: EventFilter = { types: type, uploadId: id, vars: varsOf(rest, context) };
  return { after, filter, limit, waitMs: wait * 1_000 };
});
export type FeedQuery = z.output<typeof feedQuery>;

/** The query of GET /v1/events/stream. */
export const streamQuery = withVars({
  after: cursor
    .default('latest')
    .describe('the id of an event to resume after, unless Last-Event-ID is sent; latest; or beginning'),
  type: listOf(streamTypes),
  uploadId,
  token: z.string().optional().describe('a token from POST /v1/tokens, for browsers'),
}).transform(({ after, type, uploadId: id, token: _token, ...rest }, context) => {
  const filter: EventFilter = { types: type, vars: varsOf(rest, context) };
  return { after, filter, uploadId: id };
});
export type StreamQuery = z.output<typeof streamQuery>;

/** The Last-Event-ID header, which browsers send empty before the first event. */
export const lastEventId = z.preprocess(
  (given) => (given === '' ? undefined : given),
  z.uuid('Last-Event-ID must be the id of an event').toLowerCase().optional(),
);
