import type { SelectQueryBuilder } from '#database';
import type { LogEvent } from './log-event.entity.js';

/** Restricts events to uploads that match any of these: by id, by ticket, or by vars. */
export interface UploadPins {
  readonly uploadIds: readonly string[];
  /** Tickets that the uploads were made with. */
  readonly ticketIds: readonly string[];
  /** Values of vars, all of which must match; null matches no upload. */
  readonly vars: Readonly<Record<string, string>> | null;
}

/** Which events a reader wants. Unset fields match all events. */
export interface EventFilter {
  types?: readonly string[] | undefined;
  uploadId?: string | undefined;
  /** Values of the upload's vars, all of which must match. */
  vars?: Readonly<Record<string, string>> | undefined;
  /** Pins, every one of which must match the upload. */
  pins?: readonly UploadPins[] | undefined;
}

/** The fields of an event that filters compare. */
export interface EventSubject {
  readonly type: string;
  readonly uploadId: string | null;
  readonly ticketId: string | null;
  readonly vars: Readonly<Record<string, string>>;
}

/** Extracts the filterable fields of an event. Events without an upload have neither ticket nor vars. */
export function subjectOf({
  type,
  uploadId,
  data,
}: Pick<LogEvent, 'type' | 'uploadId' | 'data'>): EventSubject {
  const { upload } = data as { upload?: { ticketId?: string | null; vars?: Record<string, string> } };
  return { type, uploadId, ticketId: upload?.ticketId ?? null, vars: upload?.vars ?? {} };
}

/** Whether an event matches a filter. Must agree with `narrowEvents`, the same condition in SQL. */
export function wantsEvent({ types, uploadId, vars, pins }: EventFilter, subject: EventSubject): boolean {
  return (
    (types?.includes(subject.type) ?? true) &&
    (uploadId === undefined || uploadId === subject.uploadId) &&
    (vars === undefined || hasVars(subject, vars)) &&
    (pins?.every((pin) => isPinned(pin, subject)) ?? true)
  );
}

/** Whether an upload matches the pins. */
export function isPinned(
  { uploadIds, ticketIds, vars }: UploadPins,
  upload: Pick<EventSubject, 'uploadId' | 'ticketId' | 'vars'>,
): boolean {
  return (
    (upload.uploadId !== null && uploadIds.includes(upload.uploadId)) ||
    (upload.ticketId !== null && ticketIds.includes(upload.ticketId)) ||
    (vars !== null && hasVars(upload, vars))
  );
}

function hasVars(
  { uploadId, vars }: Pick<EventSubject, 'uploadId' | 'vars'>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  if (uploadId === null) return false;
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(vars, name) && vars[name] === value);
}

/** Adds the conditions of a filter to a query whose events have the alias `e`. */
export function narrowEvents(
  query: SelectQueryBuilder<LogEvent>,
  { types, uploadId, vars, pins = [] }: EventFilter,
): SelectQueryBuilder<LogEvent> {
  if (types) query.andWhere('e.type = ANY(:types)', { types });
  if (uploadId !== undefined) query.andWhere('e.upload_id = :uploadId', { uploadId });
  if (vars) query.andWhere(`e.data #> '{upload,vars}' @> :vars::jsonb`, { vars: JSON.stringify(vars) });
  for (const [at, pin] of pins.entries()) {
    query.andWhere(
      `(e.upload_id = ANY(:uploadIds${at}) OR e.data #>> '{upload,ticketId}' = ANY(:ticketIds${at})
        OR e.upload_id IS NOT NULL AND e.data #> '{upload,vars}' @> :pinnedVars${at}::jsonb)`,
      {
        [`uploadIds${at}`]: pin.uploadIds,
        [`ticketIds${at}`]: pin.ticketIds,
        [`pinnedVars${at}`]: pin.vars && JSON.stringify(pin.vars),
      },
    );
  }
  return query;
}
