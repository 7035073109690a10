/**
 * events: the log of what happened to uploads, in one total order for all readers.
 *
 * Events are recorded in the transaction of the change that they describe. The sequencer then assigns
 * positions, and readers resume from a position. Does not belong here: the shape of an upload (room
 * uploads), delivery to readers (the feed, streams, webhooks), and OSS's own event notifications
 * (room oss). To add a type of event, add a row to `event-types.ts`.
 */
import './errors.js';

export { countUnplaced } from './count-unplaced.js';
export {
  type EventFilter,
  type EventSubject,
  isPinned,
  subjectOf,
  type UploadPins,
  wantsEvent,
} from './event-filter.js';
export { EventReader } from './event-reader.js';
export { EventSequencer, eventsChannel, type PlacedEvents } from './event-sequencer.js';
export {
  anyEventSchema,
  eventSchema,
  type EventType,
  eventTypes,
  type RenditionSnapshot,
  type UploadSnapshot,
} from './event-types.js';
export { LogEvent } from './log-event.entity.js';
export { pruneEvents } from './prune-events.js';
export { type NewEvent, recordEvents } from './record-events.js';
