/**
 * events: the log of what happened to uploads, in one order that readers can rely on.
 *
 * Whoever changes something records it in the transaction that makes it true. The sequencer then
 * gives each event its position, and readers go from position to position. Does not belong here:
 * what an upload looks like (room uploads), who is informed and how (the feed, streams, webhooks),
 * and OSS's own event notifications (room oss). A new type of event is a row in `event-types.ts`.
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
